"""One import line per room."""
