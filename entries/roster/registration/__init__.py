"""Registering a team, or an athlete who enters alone."""
