"""What `check_env_data` reports: which site this is, and what is in its database. Reads only, a fixed number of queries."""

from typing import Any, NamedTuple

from django.conf import settings
from django.core import signing
from django.db import connection
from django.db.migrations.recorder import MigrationRecorder
from django.db.models import Count, OuterRef, Q, Subquery, Sum
from django.utils import timezone

from catalog.models import BrandCount, ImportRun, MasterProduct, ProductOverride
from config.demo.seeds.staging import BRAND, REFERENCE
from config.env import ENV
from tenants.models import Session, Tenant
from tenants.scope import across_tenants
from tenants.signin.sessions import SessionStore

RUNS_SHOWN = 5
SESSIONS_TRIED = 100


class Host(NamedTuple):
    """One tenant, and what is in its catalogue."""

    slug: str
    name: str
    is_active: bool
    staff: int
    products: int
    brands: int
    overrides: int
    conflicts: int
    has_test_product: bool

    @property
    def shows_nothing(self) -> bool:
        """The "0件" case (seed 000 section 6-1): staff who search and find nothing, because nothing was put in."""
        return self.is_active and self.staff > 0 and self.products == 0


class Sessions(NamedTuple):
    """Open sessions; of the newest `tried`, how many the site's keys cannot open."""

    open: int
    tried: int
    lost: int


def hosts() -> list[Host]:
    """All tenants by slug. Counts per brand are kept by the database, so a million products cost nothing here."""
    with across_tenants():
        test_product = MasterProduct.objects.filter(tenant=OuterRef("pk"), brand=BRAND, reference=REFERENCE)
        tenants = Tenant.objects.order_by("slug").annotate(
            staff=Count("people", filter=Q(people__staff_seat__isnull=False)),
            test_product=Subquery(test_product.values("pk")[:1]),
        )
        in_conflict = Count("pk", filter=Q(conflict_at__isnull=False))
        products = _by_tenant(BrandCount.objects.filter(products__gt=0), Sum("products"), Count("pk"))
        overrides = _by_tenant(ProductOverride.objects.all(), Count("pk"), in_conflict)
        return [_host(tenant, products.get(tenant.pk, (0, 0)), overrides.get(tenant.pk, (0, 0))) for tenant in tenants]


def _by_tenant(rows: Any, first: Any, second: Any) -> dict[int, tuple[int, int]]:
    found = rows.values("tenant").order_by("tenant").annotate(first=first, second=second)
    return {row["tenant"]: (row["first"], row["second"]) for row in found}


def _host(tenant: Any, products: tuple[int, int], overrides: tuple[int, int]) -> Host:
    has_test_product = tenant.test_product is not None
    return Host(tenant.slug, tenant.name, tenant.is_active, tenant.staff, *products, *overrides, has_test_product)


def last_imports() -> list[ImportRun]:
    """The newest runs of all hosts."""
    with across_tenants():
        return list(ImportRun.objects.select_related("tenant").order_by("-created_at", "-pk")[:RUNS_SHOWN])


def sessions() -> Sessions:
    """Whether people stay signed in (seed 000 section 6-2): a session that our keys cannot open was signed with a key
    that is gone, which is how a changed SECRET_KEY shows."""
    open_now = Session.objects.filter(expire_date__gt=timezone.now())
    newest = list(open_now.order_by("-expire_date").values_list("session_data", flat=True)[:SESSIONS_TRIED])
    return Sessions(open_now.count(), len(newest), sum(not _opens(data) for data in newest))


def _opens(data: str) -> bool:
    store = SessionStore()
    try:
        signing.loads(data, salt=store.key_salt, serializer=store.serializer)
    except signing.BadSignature:
        return False
    return True


def server() -> str:
    return f"{connection.display_name} {'.'.join(str(part) for part in connection.get_database_version())}"


def migrations_applied() -> int:
    return len(MigrationRecorder(connection).applied_migrations())


def key() -> str:
    """Where the secret key comes from, by name only, and whether it stays the same over a restart."""
    if ENV.secret_key_name:
        older = f", {len(ENV.secret_key_fallbacks)} older in SECRET_KEY_FALLBACKS" if ENV.secret_key_fallbacks else ""
        return f"set, from {ENV.secret_key_name}{older}: sessions outlive a restart"
    return f"not set: the fixed development key (APP_ENV={settings.APP_ENV})"
