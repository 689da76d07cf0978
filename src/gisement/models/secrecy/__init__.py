"""Statistical secrecy: which sums of payments may be shown, and which would tell of those that may not."""
