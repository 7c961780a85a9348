"""What must hold after a rush, whatever happened in it. Asked of the receipts (HTTP) and of the database."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from django.db import connection
from django.utils.translation import gettext as _

from config.ops.checklist import CheckLine, judged
from config.ops.loadtest.rush import Sheet
from config.ops.loadtest.stage import Stage, host
from entries.entry.models import Entry, EntryState, Submission
from tenants.scope import tenant_scope

SHOWN = 5


class Stored(NamedTuple):
    """One entry as it is in the database."""

    pk: int
    race: int
    athlete: int
    reference: str
    ticket: int | None
    state: str
    position: int | None


class Found(NamedTuple):
    """All that a round left: submissions (reference, key) and entries, each race's in the order of tickets."""

    submissions: list[tuple[str, str]]
    entries: list[Stored]
    committed: dict[int, list[int | None]] | None
    """Each race's tickets in the order of commit; None where the database does not keep it."""


def read(stage: Stage) -> Found:
    """What the database holds after the rush: submissions, entries and places, to be compared with what was
    answered."""
    tenant = host()
    with tenant_scope(tenant.pk):
        orders = Submission.objects.filter(meet=stage.meet).order_by("pk")
        rows = Entry.objects.filter(race__meet=stage.meet).with_state().order_by("race_id", "ticket", "pk")
        entries = [
            Stored(row.pk, row.race_id, row.athlete_id, row.submission.reference, row.ticket, row.state, None)
            for row in rows.select_related("submission")
        ]
        return Found(
            list(orders.values_list("reference", "key")), _with_positions(entries), _committed(list(stage.races))
        )


def _with_positions(entries: Sequence[Stored]) -> list[Stored]:
    """The position that each waiting entry should have: counted from the tickets, not asked of the product."""
    waiting: Counter[int] = Counter()
    found = []
    for row in entries:
        if row.state == EntryState.WAITLISTED:
            waiting[row.race] += 1
            row = row._replace(position=waiting[row.race])
        found.append(row)
    return found


def _committed(races: Sequence[int]) -> dict[int, list[int | None]] | None:
    """By PostgreSQL's own commit times, where `track_commit_timestamp` is on."""
    if connection.vendor != "postgresql":
        return None
    with connection.cursor() as cursor:
        cursor.execute("SHOW track_commit_timestamp")
        if cursor.fetchone()[0] != "on":
            return None
        found = {}
        for race in races:
            cursor.execute(
                "SELECT ticket FROM entries_entry WHERE race_id = %s ORDER BY pg_xact_commit_timestamp(xmin), ticket",
                [race],
            )
            found[race] = [ticket for (ticket,) in cursor.fetchall()]
    return found


def check(stage: Stage, sheets: Sequence[Sheet], found: Found) -> list[CheckLine]:
    """One line for each thing that must hold; NG names what was seen."""
    return [
        no_oversell(stage, sheets, found),
        waiting_without_gap(sheets, found),
        nothing_lost(sheets, found),
        no_duplicate(sheets, found),
        in_order(sheets, found),
        same_receipt_again(sheets),
        all_answered(sheets),
    ]


def no_oversell(stage: Stage, sheets: Sequence[Sheet], found: Found) -> CheckLine:
    """Of each race exactly as many are in as it has places, or as asked for it; receipts show no more."""
    wrong: list[str] = []
    given = 0
    race_of = {row.pk: row.race for row in found.entries}
    shown = Counter(
        race_of.get(pk)
        for sheet in sheets
        for pk, (state, _position) in sheet.entries.items()
        if state == EntryState.ACCEPTED
    )
    for race, plan in stage.races.items():
        rows = [row for row in found.entries if row.race == race]
        accepted = sum(row.state == EntryState.ACCEPTED for row in rows)
        given += accepted
        right = len(rows) if plan.places is None else min(plan.places, len(rows))
        if accepted != right or shown[race] > right:
            seen = {"race": plan.name, "right": right, "stored": accepted, "shown": shown[race]}
            wrong.append(_("%(race)s: 正しくは%(right)d名、実際は%(stored)d名、受付票では%(shown)d名") % seen)
    return _line("no_oversell", _("定員を超えて出場を認めない"), wrong, accepted=given)


def waiting_without_gap(sheets: Sequence[Sheet], found: Found) -> CheckLine:
    """The others wait at 1, 2, 3 … and each receipt shows the position that the tickets give."""
    right = {row.pk: (row.state, row.position) for row in found.entries}
    wrong = [
        f"#{pk}: {state} {position or ''}"
        for sheet in sheets
        for pk, (state, position) in sheet.entries.items()
        if right.get(pk) != (state, position)
    ]
    waiting = sum(row.state == EntryState.WAITLISTED for row in found.entries)
    return _line("waiting_order", _("補欠待ちは1番から欠番なく、受付票の順位どおり"), wrong, waiting=waiting)


def nothing_lost(sheets: Sequence[Sheet], found: Found) -> CheckLine:
    """What was answered with a receipt is stored, under the key that was sent, with exactly the rows that were sent."""
    references = {key: reference for reference, key in found.submissions}
    rows = defaultdict(list)
    for row in found.entries:
        rows[row.reference].append((row.athlete, row.race))
    wrong = []
    for sheet in sheets:
        if not sheet.receipt:
            continue
        reference = sheet.receipt.split("/")[2]
        if references.get(sheet.key) != reference or sorted(rows[reference]) != sorted(sheet.rows):
            wrong.append(f"{reference}: {len(rows[reference])}/{len(sheet.rows)}")
        elif sheet.receipt_status != 200 or len(sheet.entries) != len(sheet.rows):
            wrong.append(f"{sheet.receipt} {sheet.receipt_status}: {len(sheet.entries)}/{len(sheet.rows)}")
    return _line(
        "nothing_lost",
        _("受け付けたと答えたものは、すべての行が1回だけ残る"),
        wrong,
        answered=sum(bool(sheet.receipt) for sheet in sheets),
    )


def no_duplicate(sheets: Sequence[Sheet], found: Found) -> CheckLine:
    """No sheet is stored twice, nobody is in a race twice, and nothing is there that was not sent."""
    keys = Counter(key for _reference, key in found.submissions)
    pairs = Counter((row.athlete, row.race) for row in found.entries)
    sent = {sheet.key for sheet in sheets}
    wrong = [f"{key[:12]}… ×{n}" for key, n in keys.items() if n > 1 or key not in sent]
    wrong += [f"#{athlete} ×{n}" for (athlete, _race), n in pairs.items() if n > 1]
    return _line(
        "no_duplicate", _("二重の申込がない"), wrong, submissions=len(found.submissions), entries=len(found.entries)
    )


def in_order(sheets: Sequence[Sheet], found: Found) -> CheckLine:
    """Tickets are 1, 2, 3 …; nobody who was answered before another one sent is behind them; and where the database
    keeps commit times, tickets follow them."""
    wrong = []
    tickets = defaultdict(list)
    for row in found.entries:
        tickets[row.race].append(row.ticket)
    for race, numbers in tickets.items():
        if numbers != list(range(1, len(numbers) + 1)):
            wrong.append(_("#%(race)d 受付順に欠番または重複") % {"race": race})
        if found.committed is not None and found.committed[race] != numbers:
            wrong.append(_("#%(race)d 確定した順と違う") % {"race": race})
    wrong += overtaken(sheets, found.entries)
    how = _("送信と応答の時刻") if found.committed is None else _("データベースの確定時刻")
    return _line("order", _("受付順は確定した順（確認: %(how)s）") % {"how": how}, wrong)


def overtaken(sheets: Sequence[Sheet], entries: Iterable[Stored]) -> list[str]:
    """Who got a later ticket although their sheet was answered before the other was sent. Sheets that were sent twice
    are left out: nobody knows which sending was taken."""
    times = {
        sheet.receipt.split("/")[2]: sheet.measured
        for sheet in sheets
        if sheet.receipt and sheet.measured and sheet.attempts == 1
    }
    wrong = []
    by_race = defaultdict(list)
    for row in entries:
        if row.reference in times:
            by_race[row.race].append(row)
    for rows in by_race.values():
        earliest_answer = float("inf")
        for row in reversed(rows):
            measured = times[row.reference]
            if earliest_answer < measured.started:
                wrong.append(f"{row.reference} #{row.ticket}")
            earliest_answer = min(earliest_answer, measured.ended)
    return wrong


def same_receipt_again(sheets: Sequence[Sheet]) -> CheckLine:
    """The same sheet sent again leads to the same receipt."""
    again = [sheet for sheet in sheets if sheet.replayed is not None]
    wrong = [f"{sheet.receipt} → {sheet.replayed}" for sheet in again if sheet.replayed != sheet.receipt]
    return _line("same_receipt", _("同じ申込票の再送信は、同じ受付票になる"), wrong, replayed=len(again))


def all_answered(sheets: Sequence[Sheet]) -> CheckLine:
    """Everybody has a receipt in the end, at the latest after pressing the button once more."""
    wrong = [
        f"{sheet.coach.email} {sheet.measured.status if sheet.measured else ''}"
        for sheet in sheets
        if not sheet.receipt
    ]
    return _line("answered", _("送信した全員が受付票を受け取る"), wrong, sheets=len(sheets))


def _line(key: str, rule: str, wrong: Sequence[str], **facts: int) -> CheckLine:
    broken = {"rule": rule, "count": len(wrong), "examples": " / ".join(wrong[:SHOWN])}
    text = _("%(rule)s: %(count)d件が違反（%(examples)s）") % broken if wrong else rule
    todo = _("申込を始めないでください。リリースを戻し、開発担当に連絡してください。")
    return judged(key, text, todo, is_ng=bool(wrong), is_look=False, wrong=len(wrong), **facts)
