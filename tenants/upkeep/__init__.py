"""Signs of life, what ops ran and how it ended, alarms, and what was slow."""
