"""Classify a whole table of models by their metadata: the rules of ``openness classify`` that need no document, row by row."""
