"""The local store: what sources fetched, kept in one SQLite file, so that it can be read offline and is asked for once."""
