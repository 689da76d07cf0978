"""Files of the food chain, with a fixed header: what canteens need, what producers can supply, how far they are."""
