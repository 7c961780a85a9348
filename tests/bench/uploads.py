"""Files of the largest size from several people at once: how much memory the processes take for them."""

import io
import random
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from http.client import HTTPConnection
from pathlib import Path

from entries.meet.models import Meet
from tenants.files.tables import MAX_BYTES, MAX_ROWS, write_xlsx
from tenants.models import Tenant
from tenants.scope import tenant_scope
from tests.bench import cast
from tests.rush import CSRF, Coach, coaches, enter_address
from tests.site import Site

AT_ONCE = 6
ROUNDS = 3
LIMIT_MB = 200


def run(url: str) -> None:
    """Print by how much the web processes grow."""
    tenant = Tenant.objects.create(slug="uploads", name="計測")
    people = coaches(AT_ONCE, athletes=cast.ROWS)
    with tenant_scope(tenant.pk):
        meet, _races = cast.new_meet(tenant, places=1000)
    body = _workbook()
    with Site(workers=2, threads=3, DJANGO_SETTINGS_MODULE="config.settings", DATABASE_URL=url) as site:
        _send_all(site.port, meet, people, _small())
        before = _memory(site)
        peak = before
        for _ in range(ROUNDS):
            statuses, seen = _send_all(site.port, meet, people, body, site)
            peak = max(peak, seen)
        print(
            f"{AT_ONCE} workbooks of {len(body) / 1e6:.1f} MB at once, {ROUNDS} rounds ({statuses}): "
            f"{before:.0f} MB before, {peak:.0f} MB at most, +{peak - before:.0f} MB (limit {LIMIT_MB})",
            flush=True,
        )


def _workbook() -> bytes:
    """As many rows as are read, filled with text that hardly packs, up to the largest file."""
    letters = random.Random(7)
    rows: list[list[str]] = []
    while len(rows) < MAX_ROWS - 1:
        rows.append(
            [
                "",
                f"氏名 {len(rows)}",
                "",
                "オープン5000m 1",
                "14:30.00",
                *(f"{letters.getrandbits(512):x}" for _ in range(7)),
            ]
        )
    body = write_xlsx(
        ["JAAF ID", "氏名", "フリガナ", "種目", "申告タイム", *(f"備考{n}" for n in range(7))], rows, title="申込"
    )
    assert len(body) < MAX_BYTES, len(body)
    return body


def _small() -> bytes:
    return write_xlsx(["氏名", "種目", "申告タイム"], [["誰か", "オープン5000m 1", "14:30.00"]], title="申込")


def _memory(site: Site) -> float:
    """Of all processes of the server together, in MB; what they share counts once."""
    assert site.process is not None
    parent = site.process.pid
    workers: list[str] = Path(f"/proc/{parent}/task/{parent}/children").read_text().split()
    return sum(_share(pid) for pid in [str(parent), *workers]) / 1000


def _share(pid: str) -> int:
    lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("Pss:"))


def _send_all(
    port: int, meet: Meet, people: Sequence[Coach], body: bytes, site: Site | None = None
) -> tuple[str, float]:
    """Statuses, and the most memory seen meanwhile."""
    seen = 0.0
    with ThreadPoolExecutor(len(people)) as pool:
        sent = [pool.submit(_send, port, meet, coach, body) for coach in people]
        while site is not None and not all(one.done() for one in sent):
            seen = max(seen, _memory(site))
    return " ".join(sorted({str(one.result()) for one in sent})), seen


def _send(port: int, meet: Meet, coach: Coach, body: bytes) -> int:
    mark = "bench-boundary"
    parts = io.BytesIO()
    for name, value in (("csrfmiddlewaretoken", CSRF), ("team", str(coach.team.pk))):
        parts.write(f'--{mark}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'.encode())
    parts.write(f'--{mark}\r\nContent-Disposition: form-data; name="file"; filename="a.xlsx"\r\n\r\n'.encode())
    parts.write(body + f"\r\n--{mark}--\r\n".encode())
    link = HTTPConnection("127.0.0.1", port, timeout=120)
    head = {"Cookie": coach.cookies, "Content-Type": f"multipart/form-data; boundary={mark}"}
    link.request("POST", f"{enter_address(meet)}/upload", parts.getvalue(), head)
    answer = link.getresponse()
    answer.read()
    link.close()
    return answer.status
