"""Fetch, filter and deduplicate the sources of heron-corpus (shortened for this test model)."""
