"""The count of attempts."""

from django.db import models


class Throttle(models.Model):
    """How many attempts were made for one key in one window; counted before the attempt is looked at."""

    key = models.CharField(max_length=80, primary_key=True)
    window_ends_at = models.DateTimeField(db_index=True)
    attempts = models.PositiveIntegerField(default=0)

    def __str__(self) -> str:
        return f"{self.attempts} attempts"
