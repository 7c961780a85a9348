"""The catalogue of the old system, from its SQLite file."""
