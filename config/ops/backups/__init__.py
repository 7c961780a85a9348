"""Backups that are proved: one file with database, uploads and checksums; restored, compared and timed."""
