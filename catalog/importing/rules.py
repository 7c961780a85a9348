"""What may be imported, and when."""

from catalog.importing.models import ImportRun, RunState
from tenants.refusal import Refused

MOST_BYTES = 20 * 1024 * 1024
MOST_ROWS = 200_000
MOST_COLUMNS = 200


def check_upload(content: bytes) -> None:
    """What can be refused before anything is read. Raises Refused."""
    if not content.strip():
        raise Refused("import_empty")
    if len(content) > MOST_BYTES:
        raise Refused("import_too_big", limit=MOST_BYTES // 1024 // 1024)


def check_may_confirm(run: ImportRun) -> None:
    """Only what waits for it: nothing is written twice, nor after it was dropped. Raises Refused("import_decided")."""
    if run.state != RunState.PREVIEWED:
        raise Refused("import_decided", state=run.get_state_display())


def check_may_discard(run: ImportRun) -> None:
    """Until somebody confirmed it. Raises Refused("import_decided")."""
    if run.state not in (RunState.READING, RunState.PREVIEWED):
        raise Refused("import_decided", state=run.get_state_display())


def check_may_read_again(run: ImportRun) -> None:
    """Until somebody confirmed or dropped it, while its file is kept. Raises Refused("import_decided")."""
    if run.state not in (RunState.FAILED, RunState.PREVIEWED):
        raise Refused("import_decided", state=run.get_state_display())
