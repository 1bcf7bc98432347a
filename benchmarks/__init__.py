"""Measurements, each a command: ``python -m benchmarks.<name>``. Nothing here is a timed test."""
