"""Tests of the gate: nothing but the audited bytes is run, and every run is logged."""
