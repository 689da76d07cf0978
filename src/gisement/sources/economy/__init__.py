"""Input-output tables: what a country's industries buy from each other, in the layouts in which it is published."""
