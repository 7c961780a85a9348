"""What was taken out for good, so that a restored backup can be told to forget it again."""
