"""Master products from files: old SQLite databases and CSV, with preview and history."""
