"""What goes wrong with a backup, said in one line."""


class BackupError(Exception):
    """Something that ops has to look at. The text is one line, says what and where, and holds no secret."""


class Damaged(BackupError):
    """A backup that must not be restored: cut short, changed, or not a backup at all."""
