"""What the drill page shows: how old the last proof is, what it took, and every run before it. Reads only."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.utils.translation import gettext as _

from config.ops.alarms.checks import BACKUP_OLD, DRILL_OLD
from config.ops.backups import drill, take
from config.ops.runs import last_good, outcome_of
from entries.meet.standing import time_left
from tenants.jobs.models import Job
from tenants.upkeep.models import OpsRun

SHOWN = 50
MB = 1_000_000


@dataclass(frozen=True, slots=True)
class State:
    """A chip (kind and word), and the sentence beside it."""

    kind: str
    word: str
    text: str


@dataclass(frozen=True, slots=True)
class BackupRun:
    """A backup or a drill, as one line of the list."""

    run: OpsRun
    kind: str
    chip: str
    word: str

    @classmethod
    def of(cls, run: OpsRun) -> "BackupRun":
        return cls(run, _("演習") if run.kind == drill.KIND else _("バックアップ"), *outcome_of(run))

    @property
    def size(self) -> str:
        """Megabytes with two decimals; a dash when unknown."""
        size = self.run.facts.get("bytes")
        return f"{size / MB:,.2f}" if size else "–"

    @property
    def rto(self) -> str:
        """Seconds that the restore took; a dash when unknown."""
        return shown_seconds(self.run.facts.get("rto_seconds"))

    @property
    def rpo(self) -> str:
        """The age of what was restored."""
        age = self.run.facts.get("rpo_seconds")
        return "–" if age is None else time_left(timedelta(seconds=age))

    @property
    def problem(self) -> str:
        """The first thing that was wrong, as the command said it."""
        problems = self.run.facts.get("problems") or [""]
        return str(problems[0])


def shown_seconds(value: float | None) -> str:
    """`2.85`; a dash for none."""
    return "–" if value is None else f"{value:,.2f}"


def page_of(at: datetime) -> dict[str, Any]:
    """All that the page shows; four queries."""
    runs = OpsRun.objects.filter(kind__in=(take.KIND, drill.KIND))
    backup, proof = last_good(take.KIND), last_good(drill.KIND)
    lines = [BackupRun.of(run) for run in runs[:SHOWN]]
    drills = (line for line in lines if line.run.kind == drill.KIND and line.run.facts.get("latest"))
    ended = next((line for line in drills if line.run.succeeded is not None), None)
    return {
        "states": [_backup_state(backup, at), _drill_state(proof, ended, at)],
        "proof": BackupRun.of(proof) if proof else None,
        "lines": lines,
        "job": job_under_way(),
    }


def _backup_state(run: OpsRun | None, at: datetime) -> State:
    if run is None:
        return State("bad", _("なし"), _("バックアップがまだありません。"))
    age = at - run.started_at
    text = _("最後のバックアップは%(age)s前です。") % {"age": time_left(age)}
    return State("ok", _("あり"), text) if age <= BACKUP_OLD else State("bad", _("古い"), text)


def _drill_state(proof: OpsRun | None, last: BackupRun | None, at: datetime) -> State:
    """`last` is the last drill of the latest backup: a file that somebody named is not the site's."""
    if last is not None and not last.run.succeeded:
        return State("bad", _("失敗"), _("最後の復元演習は失敗しました。下の一覧に理由があります。"))
    if proof is None:
        return State("off", _("未実施"), _("復元演習はまだ行われていません。"))
    age = at - proof.started_at
    text = _("最後の復元演習は%(age)s前で、成功しました。") % {"age": time_left(age)}
    return State("ok", _("成功"), text) if age <= DRILL_OLD else State("wait", _("古い"), text)


def job_under_way() -> Job | None:
    """The drill that was asked for and is not over."""
    return Job.objects.filter(kind=drill.JOB, finished_at__isnull=True, failed_at__isnull=True).order_by("pk").first()
