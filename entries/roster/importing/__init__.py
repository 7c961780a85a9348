"""Rosters as files: import with a preview, template, export."""
