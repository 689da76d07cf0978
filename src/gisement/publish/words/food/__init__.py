"""What is said of the food chain: its boards, and a plan."""
