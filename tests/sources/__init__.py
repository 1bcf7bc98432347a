"""Tests of ``openness.sources``."""
