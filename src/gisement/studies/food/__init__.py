"""The food plan over a workspace, and the boards of the food chain."""
