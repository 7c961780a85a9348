"""`python -m config.runtime.web`: the web server as every deployment starts it, once the environment was found fit.

gunicorn reads WEB_CONCURRENCY while it is imported, before any configuration: what is no number, or set and empty, ends it
with a page of traceback that shows the value. So the environment is read here first, and gunicorn finds what we understood.
"""

import sys
from pathlib import Path

from django.core.exceptions import ImproperlyConfigured

CONFIGURATION = Path(__file__).resolve().parents[1] / "gunicorn.py"


def main() -> None:
    """Serve until told to stop. More arguments are gunicorn's own, for example `--check-config`."""
    try:
        from config.env import ENV, hand_down
    except ImproperlyConfigured as wrong:  # one line that names the variable
        sys.exit(f"refused to start: {wrong}")
    hand_down("WEB_CONCURRENCY", str(ENV.web_concurrency))
    sys.argv = ["gunicorn", "-c", str(CONFIGURATION), "config.wsgi", *sys.argv[1:]]
    from gunicorn.app.wsgiapp import run

    run()


if __name__ == "__main__":
    main()
