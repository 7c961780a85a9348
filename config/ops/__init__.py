"""What ops run and look at: backups, alarms, status, and the checklists."""
