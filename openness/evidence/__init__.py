"""Step 2, evidence: documents become facts, each with its quote and place. Facts that disagree are all kept."""
