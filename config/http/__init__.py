"""What happens to every request, and the pages that are of no app: errors, health, maintenance."""
