"""Tests mirror the package; they need no network unless marked ``real``."""
