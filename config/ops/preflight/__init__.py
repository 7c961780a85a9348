"""The deployment checklist of seed 002, a line for each point, and what else must hold before people come."""
