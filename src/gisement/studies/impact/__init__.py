"""What purchases set in motion: the model of a table, the demand that enters it, what a change of suppliers shifts."""
