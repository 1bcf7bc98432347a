"""Pages for people: a matrix of models, a page for each, their lineage as a picture. Static, self-contained, no script needed."""
