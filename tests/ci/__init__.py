"""What other programs start: pre-commit, GitHub Actions, GitLab CI."""
