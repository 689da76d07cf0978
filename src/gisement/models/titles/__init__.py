"""A model of contract titles: words to vectors, vectors to a segment, the model as a table."""
