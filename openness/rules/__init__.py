"""Step 3, rules: YAML under ``rules/`` and the engine that applies it to facts. No license is known by name here."""
