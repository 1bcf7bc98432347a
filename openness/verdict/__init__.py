"""Step 4, verdict: licenses and facts are weighed into one verdict per use. Pure functions, no I/O."""
