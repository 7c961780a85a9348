"""The tests' settings on a machine of its own: uploads where LAB_MEDIA says."""

import os
from pathlib import Path

from tests.settings import *  # noqa: F403

MEDIA_ROOT = Path(os.environ["LAB_MEDIA"])
