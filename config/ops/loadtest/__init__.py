"""The entry rush against a running server: made-up coaches who all press the button at once (`manage.py loadtest`)."""
