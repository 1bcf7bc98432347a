"""Step 5, policy: the user's own ``openness.toml``: what they intend and what evidence they ask for."""
