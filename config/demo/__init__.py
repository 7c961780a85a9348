"""The demo: its seeds, and the page of pieces (dev only)."""
