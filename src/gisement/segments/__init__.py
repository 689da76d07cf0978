"""Which segment a purchase belongs to, by which rule and with what confidence."""
