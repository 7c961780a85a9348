"""What a submission writes, column by column, in every table: the one statement of PostgreSQL and the row by row way of
SQLite write the same. On PostgreSQL both are tried."""

from datetime import datetime
from typing import Any

import pytest
from django.apps import apps
from django.db import connection
from django.utils import translation

from catalog.models import MasterProduct
from entries.entry import actions, drafts
from entries.entry.lines import Line, hash_of
from entries.entry.models import Entry, Submission
from entries.meet.models import Meet, Race
from entries.roster.models import Athlete, Team
from tenants.audit.actions import record_sql
from tenants.models import OutboxMail, User
from tenants.request_id import request_id
from tenants.statements import insert_from
from tests.conftest import athletes_of, race_of

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("in_nittai")]

WAYS = {"one statement": actions._write_in_one_statement, "row by row": actions._write_row_by_row}
HERE = list(WAYS) if connection.vendor == "postgresql" else ["row by row"]
Row = dict[str, Any]
Tables = dict[str, list[Row]]


def tables() -> Tables:
    """All rows of all tables of ours, with every column."""
    ours = [model for app in ("tenants", "catalog", "entries") for model in apps.get_app_config(app).get_models()]
    return {model.__name__: list(model._base_manager.order_by("pk").values()) for model in ours}


def written(before: Tables, after: Tables) -> Tables:
    """The rows of `after` that are new or differ, and of those that are gone the primary key, by table."""
    found = {}
    for name, rows in after.items():
        there = {row["id"] for row in rows}
        changes = [row for row in rows if row not in before[name]]
        changes += [{"gone": row["id"]} for row in before[name] if row["id"] not in there]
        if changes:
            found[name] = changes
    return found


@pytest.fixture
def short(meet: Meet, minami: Team, chiba: User, now: datetime) -> Race:
    """A race of two places, one of which is taken."""
    race = race_of(meet, places=2, fee=1500)
    taken = [Line(0, athletes_of(minami, 1)[0].pk, race.pk)]
    actions.submit(meet=meet, team=minami, lines=taken, key="first", by=chiba, at=now)
    return Race.objects.get(pk=race.pk)


@pytest.fixture
def shoe(meet: Meet) -> MasterProduct:
    return MasterProduct.objects.create(
        tenant=meet.tenant, brand="HAYATE", reference="HY-1", category="shoe", name="スパイク"
    )


@pytest.mark.parametrize("way", HERE)
def test_every_column_of_a_submission(
    way: str, meet: Meet, short: Race, shoe: MasterProduct, kita: Team, minami: Team, baba: User, chiba: User,
    now: datetime, monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    """The sheet mixes the races; the draft of another team stays. The clock stands still, since a column that Django
    fills holds the moment of writing, and the statement the moment at which the rules were asked."""
    long = race_of(meet, "男子10000m", distance_m=10_000)
    one, two = athletes_of(kita, 2)
    Team.objects.filter(pk=kita.pk).update(contact_email="Kita@example.com")
    kita.refresh_from_db()
    for team, user in ((kita, baba), (minami, chiba)):
        drafts.keep(meet=meet, team=team, rows=[], version=0, by=user)
    lines = [
        Line(0, one.pk, long.pk, pacemaker=True),
        Line(1, one.pk, short.pk, seed_time=87_000, personal_best=86_500, shoe_id=shoe.pk),
        Line(2, two.pk, short.pk, seed_time=88_000),
    ]
    monkeypatch.setattr(actions, "_write_row_by_row", WAYS[way])
    monkeypatch.setattr(actions, "_write_in_one_statement", WAYS[way])
    monkeypatch.setattr(actions, "new_reference", lambda: "ABCDEFGHJK")
    monkeypatch.setattr("django.utils.timezone.now", lambda: now)
    before, token = tables(), request_id.set("asked-17")
    with translation.override("en"):
        order = actions.submit(meet=meet, team=kita, lines=lines, key="key-1", by=baba, at=now, source="upload")
    request_id.reset(token)
    assert written(before, tables()) == expected(
        order, before, lines, [one, two], short, long, shoe, meet, kita, baba, now
    )


def expected(
    order: Submission, before: Tables, lines: list[Line], runners: list[Athlete], short: Race, long: Race,
    shoe: MasterProduct, meet: Meet, team: Team, by: User, now: datetime,
) -> Tables:  # fmt: skip
    """In the order of primary keys: entries race by race, within one as on the sheet."""
    own: Row = {"tenant_id": meet.tenant_id}
    of_race = {row["id"]: row for row in before["Race"]}
    entry = {
        **own, "submission_id": order.pk, "seed_time": None, "personal_best": None, "pacemaker": False, "shoe_id": None,
        "shoe_declared": "", "entered_at": now, "withdrawn_at": None,
    }  # fmt: skip
    one, two = (runner.pk for runner in runners)
    entries = [
        entry | {"race_id": short.pk, "athlete_id": one, "ticket": 2, "seed_time": 87_000, "personal_best": 86_500, "fee": 1500,
                 "shoe_id": shoe.pk, "shoe_declared": "HAYATE HY-1 スパイク"},
        entry | {"race_id": short.pk, "athlete_id": two, "ticket": 3, "seed_time": 88_000, "fee": 1500},
        entry | {"race_id": long.pk, "athlete_id": one, "ticket": 1, "pacemaker": True, "fee": 1000},
    ]  # fmt: skip
    mail = {
        **own, "key": f"entry.received:{order.pk}", "kind": "entry.received", "language": "en",
        "context": {"submission": order.pk}, "created_at": now, "next_attempt_at": now, "leased_until": None, "attempts": 0,
        "sent_at": None, "failed_at": None, "bounced_at": None, "provider_id": "", "last_error": "",
    }  # fmt: skip
    trail = {
        **own, "at": now, "actor_id": by.pk, "verb": "entry.submitted", "target_type": "submission",
        "target_id": str(order.pk), "target_name": "ABCDEFGHJK", "before": {}, "why": "", "request_id": "asked-17",
        "after": {"entries": 3, "races": [short.pk, long.pk],
                  "shoes": ["男子5000m: HAYATE HY-1: unknown (shoe_stack_missing, shoe_status_missing, shoe_events_missing)"]},
    }  # fmt: skip
    submission = {
        **own, "id": order.pk, "meet_id": meet.pk, "team_id": team.pk, "key": "key-1", "body_hash": hash_of(meet.pk, lines),
        "reference": "ABCDEFGHJK", "source": "upload", "submitted_by_id": by.pk, "submitted_at": now,
    }  # fmt: skip
    return {
        "Submission": [submission],
        "Entry": _numbered(before["Entry"], entries),
        "OutboxMail": _numbered(
            before["OutboxMail"], [mail | {"to": to} for to in ("baba@example.com", "kita@example.com")]
        ),
        "AuditRecord": _numbered(before["AuditRecord"], [trail]),
        "SheetDraft": [{"gone": row["id"]} for row in before["SheetDraft"] if row["team_id"] == team.pk],
        "Race": [of_race[short.pk] | {"last_ticket": 3}, of_race[long.pk] | {"last_ticket": 1}],
    }


def _numbered(before: list[Row], rows: list[Row]) -> list[Row]:
    """With the primary keys that come next."""
    last = max((row["id"] for row in before), default=0)
    return [row | {"id": last + number} for number, row in enumerate(rows, 1)]


def test_a_column_that_the_owner_leaves_out_is_asked_for() -> None:
    """A new column of mails cannot be forgotten by the one statement: the site would not start."""
    with pytest.raises(ValueError, match=r"OutboxMail.*'attempts'.*'to'"):
        insert_from(OutboxMail, {"key": "'k'", "kind": "'k'"}, "submission")
    with pytest.raises(ValueError, match=r"Entry: \['race'\]"):
        insert_from(Entry, dict.fromkeys(REQUIRED, "1") | {"race": "1"}, "submission")


REQUIRED = [field.attname for field in Entry._meta.concrete_fields if not field.null and not field.primary_key]


def test_what_the_security_log_must_tell_is_no_part_of_a_statement() -> None:
    values = dict.fromkeys(("target_id", "target_name", "tenant_id", "by", "at", "after", "request_id", "rows"), "x")
    with pytest.raises(ValueError, match=r"athlete\.exported"):
        record_sql("athlete.exported", Athlete, **values)
