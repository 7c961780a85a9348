"""The receipt of a submission, and what may still be changed on it."""
