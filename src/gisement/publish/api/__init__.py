"""The interface for programs, under `/api`: the names of the command line, the same figures and rows."""
