"""Partners who sign in: whose lines each may see, and what each may send. Without a provider none of this is there."""
