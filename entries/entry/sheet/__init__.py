"""The entry sheet: its rows, its page, its script."""
