"""The lines of the list that write: hosts and staff in the admin, on the host `smoke` alone.

Made once and used again by every later run, so that a site does not fill up with checks of itself. All of it is inactive
before and after; a run that was killed is tidied up by the next.
"""

from config.ops.smoke.desk import PEOPLE, SLUG, Desk, address
from config.ops.smoke.run import Expected, Failed, Run
from config.ops.smoke.signin import CHANGE_PASSWORD, LOGIN, try_password
from tenants.models import MAX_ACTIVE_STAFF

FIVE = range(1, MAX_ACTIVE_STAFF + 1)
SIXTH = MAX_ACTIVE_STAFF + 1
LOOK = f"look at the people of the host {SLUG} in {PEOPLE}"
STOP = "stop this deployment"


def desk_of(run: Run) -> Desk:
    """The platform admin's desk. Raises Failed when the sign-in failed."""
    return Desk(run.somebody(run.admin))


def hosts(run: Run) -> None:
    """A host is created (once), deactivated and activated."""
    desk = desk_of(run)
    if not desk.host:
        desk.add_host()
    tidy(desk)
    desk.set_host_active(True)
    desk.set_host_active(False)
    desk.set_host_active(True)


def staff(run: Run) -> None:
    """Somebody is created (once) with a temporary password, signs in, is signed out by deactivation, and let in again."""
    desk = ready_desk(run)
    word, email = _first(desk), address(1)
    visitor = run.visitor()
    if try_password(visitor, email, word).location != CHANGE_PASSWORD:
        raise Failed("the temporary password does not lead to choosing an own one", LOOK)
    desk.set_active([1], False)
    if not visitor.get("/staff/search").location.startswith(LOGIN):
        raise Failed(f"{email} is still signed in after being deactivated", STOP)
    if try_password(run.visitor(), email, word).status != 422:
        raise Failed(f"{email} signs in although deactivated", STOP)
    desk.set_active([1], True)
    if try_password(run.visitor(), email, word).status != 302:
        raise Failed(f"{email} cannot sign in after being activated", LOOK)


def limit(run: Run) -> None:
    """Five are activated; the sixth is refused with the reason, activated and created."""
    desk = ready_desk(run)
    for number in (*FIVE, SIXTH):
        if number not in desk.people:
            _add(desk, number)
            desk.set_active([number], False)
    if not desk.set_active([number for number in FIVE if not desk.people[number].is_active], True):
        raise Failed("fewer than five of ours are active, and one more was refused", LOOK)
    if desk.set_active([SIXTH], True):
        raise Failed(f"{address(SIXTH)} was activated beside five others", STOP)
    new = max(desk.people) + 1
    if desk.add_person(new):
        raise Failed(f"{address(new)} was created beside five others", STOP)


def tidy(desk: Desk) -> None:
    """Deactivate our people and our host, where they are active."""
    active = [number for number, person in desk.people.items() if person.is_active]
    if active:
        desk.set_active(active, False)
    if desk.host_is_active():
        desk.set_host_active(False)


def ready_desk(run: Run) -> Desk:
    """The desk, when the line before made the host active."""
    desk = desk_of(run)
    if not desk.host_is_active():
        raise Failed(f"not tried, the host {SLUG} is not active", "see the line above that says why")
    return desk


def _first(desk: Desk) -> str:
    """A temporary password for the first of our people, who is active then."""
    if 1 not in desk.people:
        return _add(desk, 1)
    desk.set_active([1], True)
    return desk.new_password(1)


def _add(desk: Desk, number: int) -> str:
    word = desk.add_person(number)
    if not word:
        raise Failed("fewer than five of ours are active, and one more was refused", LOOK)
    return word


WRITING = (
    (f"hosts are created, deactivated and activated in the admin (host {SLUG})", hosts),
    ("staff are created with a temporary password, deactivated and activated in the admin", staff),
    ("five active staff at most: the sixth is refused with the reason, created or activated", limit),
)
TIDY: Expected = (f"the host {SLUG} and its people are inactive again", lambda run: tidy(desk_of(run)))
