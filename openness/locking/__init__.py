"""From references to ``openness.lock``: models resolved as ``classify`` does, weight files audited, both judged for the uses."""
