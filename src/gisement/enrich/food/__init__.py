"""What canteens buy, and what producers could supply to them."""
