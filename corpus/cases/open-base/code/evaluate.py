"""Score a checkpoint on the two in-house tasks (shortened for this test model)."""
