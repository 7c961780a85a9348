"""The lines of the list that only read. Each cites its line of seed 000 section 5 in its words."""

import re
from collections.abc import Sequence
from urllib.parse import urlencode

from config.demo.seeds.staging import BRAND, REFERENCE
from config.ops.smoke.http import Answer
from config.ops.smoke.run import Expected, Failed, Run, Skipped, described, expect, read
from config.ops.smoke.signin import LOGIN, open_login, sign_in

RELOADS = 10
REFERENCES = f"/staff/references?{urlencode({'brand': BRAND})}"
REQUEST_LINK = "/auth/request"
CHECK_DATA = "run check_env_data on the server: seed_staging_min puts the product in, for Tenant A"
ADMIN_ADDRESSES = (
    "/admin/", "/admin", "/admin/tenants/tenant/", "/admin/tenants/user/add/", "/admin/tenants/tenant/1/change/",
    "/admin/catalog/masterproduct/", "/admin/jsi18n/", "/admin/logout/", "/admin/no/such/page", "/admin/..%2f",
)  # fmt: skip


def healthz(run: Run) -> None:
    answer = run.visitor().get("/healthz")
    expect(answer, 200, todo="is --base-url this site's own address?")
    if answer.json() != {"status": "ok"}:
        raise Failed("another answer than {'status': 'ok'}", "is --base-url this site's own address?")


def readyz(run: Run) -> None:
    """The database answers and has all migrations."""
    answer = run.visitor().get("/readyz")
    if answer.status == 503:
        found = answer.json() or {}
        missing = ", ".join(found.get("missing_migrations", []))[:200]
        todo = "run: python manage.py migrate --noinput" if missing else "is the database up, and DATABASE_URL right?"
        raise Failed(f"503, {'missing migrations ' + missing if missing else 'the database does not answer'}", todo)
    expect(answer, 200, todo="look at the server's log")


def one_reference(run: Run) -> None:
    """The product of the seed is found."""
    answer = run.somebody(run.staff).get(REFERENCES)
    expect(answer, 200, todo="see the line of the ten reloads")
    found = answer.json()
    wanted = {"brand": BRAND, "count": 1, "items": [REFERENCE]}
    if found != wanted:
        count = found.get("count") if isinstance(found, dict) else None
        raise Failed("0件, no product" if count == 0 else f"{answer.text[:200]} instead of {wanted}", CHECK_DATA)


def ten_reloads(run: Run) -> None:
    """Nobody is signed out by a reload that another process answers (seed 000 section 6-2)."""
    visitor = run.somebody(run.staff)
    seen = [visitor.get(REFERENCES) for _ in range(RELOADS)]
    if {answer.status for answer in seen} != {200}:
        todo = "is SECRET_KEY set, and the same for every process and restart? check_env_data says where it comes from"
        raise Failed(" ".join(_short(answer) for answer in seen), todo)


def _short(answer: Answer) -> str:
    return described(answer) if answer.location else str(answer.status)


def suggestion(run: Run) -> None:
    """The reference is offered when its beginning was typed."""
    typed = urlencode({"brand": BRAND, "reference": REFERENCE[:-2]})
    answer = run.somebody(run.staff).get(f"/staff/search?{typed}")
    expect(answer, 200, todo="look at the server's log")
    if REFERENCE not in answer.text and REFERENCE not in "".join(read(answer).words):  # a match may be marked in it
        raise Failed(f"a page without {REFERENCE}", CHECK_DATA)


def admin_is_closed_to_staff(run: Run) -> None:
    """Known, unknown and deep addresses, and a form."""
    visitor = run.somebody(run.staff)
    seen = {path: visitor.get(path) for path in ADMIN_ADDRESSES}
    seen["POST /admin/tenants/tenant/add/"] = visitor.post("/admin/tenants/tenant/add/", [("slug", "never")])
    wrong = [f"{described(answer)} at {path}" for path, answer in seen.items() if answer.status != 403]
    if wrong:
        raise Failed(", ".join(wrong), f"is {run.staff.email} staff and nothing else? If so, stop this deployment")


def no_mailed_links(run: Run) -> None:
    """404 with a page that moves on by itself."""
    visitor = run.visitor()
    if run.is_dev or open_login(visitor):
        raise Skipped("this site runs with APP_ENV=dev, where mailed links sign in")
    for answer in (visitor.get(REQUEST_LINK), visitor.post(REQUEST_LINK, [("email", run.staff.email)])):
        expect(answer, 404, todo="is APP_ENV staging or prod?")
        if not re.fullmatch(rf"5\s*;\s*url=['\"]?{LOGIN}['\"]?", read(answer).refresh.strip(), re.IGNORECASE):
            raise Failed(
                f"404, but not a page that goes to {LOGIN} after 5 seconds", "is this site's own 404 page shown?"
            )


READING: Sequence[Expected] = (
    ("/healthz answers 200", healthz),
    ("/readyz answers 200: the database is there and no migration is missing", readyz),
    ("the platform admin signs in at /auth/login", lambda run: sign_in(run, run.admin)),
    ("staff signs in at /auth/login", lambda run: sign_in(run, run.staff)),
    (f"{REFERENCES} answers count:1, {REFERENCE}", one_reference),
    (f"{REFERENCES} reloaded {RELOADS} times answers 200 each time", ten_reloads),
    (f"/staff/search suggests {REFERENCE}", suggestion),
    ("staff gets 403 on every /admin/ address", admin_is_closed_to_staff),
    (f"{REQUEST_LINK} answers 404 and goes to {LOGIN} after 5 seconds", no_mailed_links),
)
