"""One file per family of pages: each function is given a page asked for, and makes its answer."""
