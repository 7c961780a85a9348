"""The accounts of contract 3."""

from typing import NamedTuple

from django.contrib.auth.hashers import make_password

from config.env import ENV
from tenants.models import Role, Tenant, User


class Account(NamedTuple):
    """One account of the demo. `variable` names the environment variable that overrides its password."""

    email: str
    name: str
    role: str
    host: str
    password: str
    variable: str = ""


ADMIN = Account(
    "platform-admin@example.com", "管理 太郎", Role.PLATFORM_ADMIN, "", "AdminPass123!", "SEED_ADMIN_PASSWORD"
)
COACH_A = Account("coach-a@example.com", "馬場 一郎", Role.NONE, "", "CoachAPass123!", "SEED_COACH_A_PASSWORD")
COACH_B = Account("coach-b@example.com", "千葉 花子", Role.NONE, "", "CoachBPass123!")
ATHLETE_A = Account("athlete-a@example.com", "𠮷川 湊", Role.NONE, "", "AthleteAPass123!", "SEED_ATHLETE_A_PASSWORD")
ORGANIZER_A = Account(
    "organizer-a@example.com",
    "青木 涼子",
    Role.ORGANIZER,
    "tenant-a",
    "OrganizerAPass123!",
    "SEED_ORGANIZER_A_PASSWORD",
)
ORGANIZER_B = Account("organizer-b@example.com", "土井 誠", Role.ORGANIZER, "tenant-b", "OrganizerBPass123!")
STAFF_A = Account("staff-a@example.com", "遠藤 舞", Role.STAFF, "tenant-a", "StaffAPass123!", "SEED_STAFF_A_PASSWORD")
STAFF_B = Account("staff-b@example.com", "藤田 健", Role.STAFF, "tenant-b", "StaffBPass123!", "SEED_STAFF_B_PASSWORD")
ACCOUNTS = (ADMIN, ORGANIZER_A, ORGANIZER_B, STAFF_A, STAFF_B, COACH_A, COACH_B, ATHLETE_A)
HOSTS = {"tenant-a": "Tenant A 日本体育大学陸上競技部", "tenant-b": "Tenant B 春原大学陸上競技部"}
ELITE = {"tenant-a": {"elite_name": "NITTAI CHALLENGE GAMES", "elite_short": "NCG"}}
"""How a host calls the races in which the fastest run."""
PAYMENT_NOTE = """銀行振込でお支払いください。振込名義は「受付番号 団体名」の順にしてください。
みなと湾岸銀行 健志台支店 普通 0123456 リクジヨウキヨウギブ
振込手数料はご負担ください。当日の現金払いは受け付けません。"""


def password_of(account: Account) -> str:
    """From the environment when it is set there, else the demo's own."""
    return ENV.seed_passwords.get(account.variable, account.password)


def seed_hosts() -> dict[str, Tenant]:
    """The two hosts by slug, made when missing."""
    for slug, name in HOSTS.items():
        Tenant.objects.get_or_create(
            slug=slug,
            defaults={
                "name": name,
                "contact_email": f"organizer-{slug[-1]}@example.com",
                "contact_phone": "045-000-0000",
                "payment_note": PAYMENT_NOTE,
                **ELITE.get(slug, {}),
            },
        )
    return {tenant.slug: tenant for tenant in Tenant.objects.filter(slug__in=HOSTS)}


def seed_accounts(hosts: dict[str, Tenant]) -> dict[str, User]:
    """The accounts by address, made when missing; one that is there keeps its password."""
    there = set(User.objects.filter(email__in=[a.email for a in ACCOUNTS]).values_list("email", flat=True))
    for account in ACCOUNTS:
        if account.email not in there:
            User.objects.create_user(
                account.email,
                password_of(account),
                name=account.name,
                role=account.role,
                tenant=hosts.get(account.host),
            )
    return {user.email: user for user in User.objects.filter(email__in=[a.email for a in ACCOUNTS])}


def seed_coaches(how_many: int) -> list[User]:
    """`coach-01` to `coach-60`, all with coach A's password, which is hashed once: a hash takes 50 ms."""
    emails = [f"coach-{number:02}@example.com" for number in range(1, how_many + 1)]
    there = set(User.objects.filter(email__in=emails).values_list("email", flat=True))
    encoded = make_password(password_of(COACH_A)) if len(there) < how_many else ""
    User.objects.bulk_create(
        User(email=email, name=f"監督 {email[6:8]}", password=encoded) for email in emails if email not in there
    )
    return list(User.objects.filter(email__in=emails).order_by("email"))
