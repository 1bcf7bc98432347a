"""``python -m openness``."""

from openness.cli import main

main()
