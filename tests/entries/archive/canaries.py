"""A person with a name that nobody else has, seeded wherever the site stores texts, and the search for it."""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

from django.apps import apps
from django.conf import settings
from django.contrib.sessions.backends.db import SessionStore as OldSessionStore
from django.core.cache import cache
from django.db import connection, models

from entries.entry import actions
from entries.entry.lines import Line
from entries.entry.models import EntryUpload, SheetDraft
from entries.meet.models import Meet, Race
from entries.news.models import Notice
from entries.roster.athlete_actions import change_athlete
from entries.roster.athlete_fields import values_of
from entries.roster.models import Athlete, RosterUpload, Team
from tenants.audit.actions import record
from tenants.models import DeadAddress, Incident, MailEvent, OneTimeLink, OutboxMail, User
from tenants.scope import tenant_scope
from tenants.signin.sessions import SessionStore

CANARIES = (
    "早乙女丸", "鶴之助", "サオトメマル", "ツルノスケ", "Saotomemaru", "Tsurunosuke", "90817263545", "tsuru@canary.example",
    "080-9999-1234", "旧姓蝶野", "蝶野保護者", "1999-12-31",
)  # fmt: skip


@dataclass
class Child:
    """Who is looked for, and what they are entered in."""

    athlete: Athlete
    race: Race
    meet: Meet
    sheet: Any


def child_of(team: Team, coach: User, race: Race, now: datetime) -> Child:
    """An athlete with something of theirs in every table; with a draft, uploads, mails, a trail, a notice."""
    athlete = Athlete.objects.create(
        team=team, family_name="旧姓蝶野", given_name="鶴之助", family_kana="サオトメマル", given_kana="ツルノスケ",
        family_romaji="Saotomemaru", given_romaji="Tsurunosuke", sex="M", birth_date=date(1999, 12, 31), grade="4",
        jaaf_id="90817263545", guardian_name="蝶野保護者",
    )  # fmt: skip
    values = values_of(athlete) | {"family_name": "早乙女丸"}
    change_athlete(athlete, values=values, by=coach, at=now, today=now.date())
    meet = race.meet
    with tenant_scope(meet.tenant_id):
        line = Line(0, athlete.pk, race.pk, 90_000, personal_best=89_000)
        submission = actions.submit(meet=meet, team=team, lines=[line], key="canary", by=coach, at=now)
        _at_the_meet(meet, team, athlete)
        record(
            "entry.time_corrected",
            submission.entries.get(),
            by=coach,
            after={"note": "早乙女丸 鶴之助"},
            why="早乙女丸の保護者から電話",
        )
    RosterUpload.objects.create(
        team=team,
        by=coach,
        file_name="名簿.xlsx",
        rows=[{"n": 2, "a": athlete.pk, "v": {"birth_date": "1999-12-31"}}, {"n": 3, "v": {"family_name": "他"}}],
    )
    _around(meet, athlete, coach, now)
    return Child(athlete, race, meet, submission)


def _at_the_meet(meet: Meet, team: Team, athlete: Athlete) -> None:
    """A draft, an uploaded sheet and a notice."""
    other = {"athlete": "0", "race": "1", "seed_time": "15:00.00"}
    draft = [{**other, "athlete": str(athlete.pk)}, other]
    SheetDraft.objects.create(tenant=meet.tenant, meet=meet, team=team, rows=draft)
    cells = ["早乙女丸　鶴之助", "ｻｵﾄﾒﾏﾙ ﾂﾙﾉｽｹ", "９０８１７２６３５４５", "15:00.00"]
    EntryUpload.objects.create(
        tenant=meet.tenant, meet=meet, team=team, file_name="早乙女丸鶴之助.xlsx", rows=[{"x": cells}, {"x": ["他 人"]}]
    )
    Notice.objects.create(tenant=meet.tenant, meet=meet, title="早乙女丸 鶴之助選手の欠場", body="早乙女丸鶴之助、欠場")


def _around(meet: Meet, athlete: Athlete, coach: User, now: datetime) -> None:
    """What speaks of the person elsewhere."""
    mail = {"kind": "entry.promoted", "next_attempt_at": now, "tenant": meet.tenant}
    OutboxMail.objects.create(
        key="k1", to="someone@example.com", context={"note": "早乙女丸 鶴之助"}, sent_at=now, **mail
    )
    OutboxMail.objects.create(
        key="k2", to="x@example.com", context={"entry": 0}, last_error="550 サオトメマル ツルノスケ", **mail
    )
    OneTimeLink.objects.create(
        purpose="register",
        token_hash="h1",
        email="other@example.com",
        expires_at=now,
        payload={"athlete": {"family_name": "x", "jaaf_id": "90817263545"}},
    )
    record("team.changed", athlete.team, by=coach, after={"note": "早乙女丸　鶴之助 90817263545"})
    Incident.objects.create(level=1, title="早乙女丸鶴之助の申込が消えた", note="JAAF 90817263545", opened_at=now)


def address_everywhere(user: User, now: datetime) -> None:
    """The traces of an account's address and telephone."""
    OutboxMail.objects.create(key="a1", kind="auth.reset", to=user.email, next_attempt_at=now)
    OutboxMail.objects.create(key="a2", kind="auth.reset", to=user.email, next_attempt_at=now, sent_at=now)
    MailEvent.objects.create(
        esp="x", event_id="1", kind="bounced", to=user.email, at=now, reason=f"<{user.email}> gone"
    )
    DeadAddress.objects.create(address=user.email, since_at=now)
    OneTimeLink.objects.create(purpose="reset", token_hash="h2", email=user.email, user=user, expires_at=now)
    record("account.changed", user, by=user, before={"phone": user.phone}, after={"email": user.email})
    for store in (SessionStore, OldSessionStore):
        session = store()
        session["_auth_user_id"] = str(user.pk)
        session.save()


def found(canaries: Iterable[str] = CANARIES) -> list[str]:
    """Where any of them stands: every column of every table, files under MEDIA_ROOT, and the cache."""
    wanted = [(text, json.dumps(text)[1:-1]) for text in canaries]
    hits = []
    for model in apps.get_models(include_auto_created=True):
        for field in model._meta.concrete_fields:
            for value in _column(model, field):
                hits += [
                    f"{model._meta.label}.{field.name}: {text}"
                    for text, code in wanted
                    if text in value or code in value
                ]
    for path in Path(settings.MEDIA_ROOT).rglob("*"):
        hits += [
            f"{path}: {text}"
            for text, _ in wanted
            if path.is_file() and text in path.read_bytes().decode("utf-8", "ignore")
        ]
    kept = repr(getattr(cache, "_cache", {}))
    return hits + [f"cache: {text}" for text, _ in wanted if text in kept]


def _column(model: type[models.Model], field: Any) -> list[str]:
    """As the database stores it, whatever Django would make of it."""
    quote = connection.ops.quote_name
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {quote(field.column)} FROM {quote(model._meta.db_table)}")
        return [str(bytes(value) if isinstance(value, memoryview) else value) for (value,) in cursor.fetchall()]


def columns_of_postgres() -> set[tuple[str, str]]:
    """(table, column) of all that can hold text, as PostgreSQL itself says: nothing escapes `found` but Django's own."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT table_name, column_name FROM information_schema.columns WHERE table_schema = 'public' "
            "AND data_type IN ('text', 'character varying', 'jsonb', 'json', 'bytea')"
        )
        return set(cursor.fetchall())
