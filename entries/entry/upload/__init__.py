"""Entries from an Excel or CSV file: template, preview, confirmation."""
