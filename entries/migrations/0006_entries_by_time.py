"""The newest entries first, as the desk lists them, without sorting those of all hosts (PostgreSQL, while the site works).

Found by `tests/bench/growth.py`: of two million entries the list of a platform admin sorted all, on disk. Moments only
grow, so that a new entry is written at the index's end; the twenty of a sheet are one moment and one key.
"""

from django.db import migrations

from tenants.indexes import IndexConcurrently


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("entries", "0005_archive")]
    operations = [IndexConcurrently("entry_by_time", "entries_entry (entered_at)")]
