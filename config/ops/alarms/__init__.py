"""Alarms for what dies in silence, raised by whoever is still alive, told once (requirement O4)."""
