"""Faces: they lay out figures and rows, and do no arithmetic."""
