"""Train a Heron model: python train.py configs/60m.yaml (shortened for this test model)."""
