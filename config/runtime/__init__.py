"""Processes and what they stand on: web, worker, databases, caches, static files."""
