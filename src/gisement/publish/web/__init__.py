"""The pages that `serve` and `demo` show: laid out on the server, no script needed, nothing asked of another site."""
