"""A backup as a file: its name, its seal, its inside and its manifest."""
