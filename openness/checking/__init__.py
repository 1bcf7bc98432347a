"""A check: references of a repository held against policy and lock, without network and without the rules of licenses."""
