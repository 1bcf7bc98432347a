"""Renderings of a verdict. Nothing here fetches or judges."""
