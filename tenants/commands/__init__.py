"""What the commands of every app stand on: one line for whatever was refused, and which database is asked."""
