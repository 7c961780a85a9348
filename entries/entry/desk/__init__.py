"""Entries on the organizer's desk."""
