"""What purchases make: input-output tables, nested zones, draws of what is not known."""
