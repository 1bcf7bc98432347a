"""Parts of the identification benchmark: texts at hand, variants of them, the identifiers that are compared, and the figures."""
