"""The lines of the list that write: hosts and staff in the admin, on the host `smoke` alone.

Made once and used again by every later run, so that a site does not fill up with checks of itself. All of it is inactive
before and after; a run that was killed is tidied up by the next.
"""

from config.smoke.desk import NAME, PEOPLE, SLUG, Desk, Person, address
from config.smoke.run import Failed, Line, Run
from config.smoke.signin import CHANGE_PASSWORD, LOGIN, try_password
from tenants.models import MAX_ACTIVE_STAFF

SIXTH = MAX_ACTIVE_STAFF + 1
MOST = 20
"""People that are looked for when tidying up: six, and whom a broken limit let in."""
CHECK_ACCOUNTS = f"look at the people of the host {SLUG} in {PEOPLE}"


def desk_of(run: Run) -> Desk:
    """The platform admin's desk. Raises Failed when the sign-in failed."""
    return Desk(run.somebody(run.admin))


def hosts(run: Run) -> None:
    """A host is created (once), deactivated and activated."""
    desk = desk_of(run)
    if desk.host() is None:
        desk.add_host()
    tidy(run)
    desk.set_host_active(True)
    desk.set_host_active(False)
    desk.set_host_active(True)


def staff(run: Run) -> None:
    """Somebody is created (once) with a temporary password, signs in, is signed out by deactivation, and let in again."""
    desk = ready_desk(run)
    word = _first(desk)
    visitor = run.visitor()
    if try_password(visitor, address(1), word).location != CHANGE_PASSWORD:
        raise Failed("the temporary password does not lead to choosing an own one", CHECK_ACCOUNTS)
    person = _there(desk, 1)
    desk.set_active(person, False)
    if not visitor.get("/staff/search").location.startswith(LOGIN):
        raise Failed(f"{person.email} is still signed in after being deactivated", "stop this deployment")
    if try_password(run.visitor(), person.email, word).status != 422:
        raise Failed(f"{person.email} signs in although deactivated", "stop this deployment")
    desk.set_active(person, True)
    if try_password(run.visitor(), person.email, word).status != 302:
        raise Failed(f"{person.email} cannot sign in after being activated", CHECK_ACCOUNTS)


def limit(run: Run) -> None:
    """Five are activated; the sixth is refused with the reason, activated and created."""
    desk = ready_desk(run)
    for number in range(1, SIXTH):
        _activate(desk, number)
    if desk.person(SIXTH) is None:
        _make_inactive(desk, SIXTH, instead_of=MAX_ACTIVE_STAFF)
    if desk.set_active(_there(desk, SIXTH), True):
        raise Failed(f"{address(SIXTH)} was activated beside five others", "stop this deployment: the limit is gone")
    new = next(number for number in range(SIXTH + 1, MOST) if desk.person(number) is None)
    if desk.add_person(new):
        raise Failed(f"{address(new)} was created beside five others", "stop this deployment: the limit is gone")


def inactive_again(run: Run) -> None:
    """Nothing of it is left active."""
    tidy(run)


def tidy(run: Run) -> None:
    """Deactivate our people and our host, where they are active."""
    desk = desk_of(run)
    if desk.host() is None:
        return
    for number in range(1, MOST):
        person = desk.person(number)
        if person is None and number > SIXTH:
            break
        if person is not None and person.is_active:
            desk.set_active(person, False)
    if desk.host_is_active():
        desk.set_host_active(False)


def ready_desk(run: Run) -> Desk:
    """The desk, when the line before made the host active."""
    desk = desk_of(run)
    if desk.host() is None or not desk.host_is_active():
        raise Failed(f"not tried, the host {NAME} is not active", "see the line above that says why")
    return desk


def _first(desk: Desk) -> str:
    """A temporary password for the first of our people, who is active then."""
    person = desk.person(1)
    if person is None:
        return _made(desk, 1)
    _activate(desk, 1)
    return desk.new_password(person)


def _activate(desk: Desk, number: int) -> None:
    person = desk.person(number)
    if person is None:
        _made(desk, number)
    elif not person.is_active and not desk.set_active(person, True):
        raise Failed(f"{person.email} was refused although fewer than five of ours are active", CHECK_ACCOUNTS)


def _made(desk: Desk, number: int) -> str:
    word = desk.add_person(number)
    if not word:
        raise Failed(f"{address(number)} was refused although fewer than five of ours are active", CHECK_ACCOUNTS)
    return word


def _make_inactive(desk: Desk, number: int, *, instead_of: int) -> None:
    """Make somebody while a seat is free for a moment."""
    other = _there(desk, instead_of)
    desk.set_active(other, False)
    _made(desk, number)
    desk.set_active(_there(desk, number), False)
    _activate(desk, instead_of)


def _there(desk: Desk, number: int) -> Person:
    person = desk.person(number)
    if person is None:
        raise Failed(f"{address(number)} is not in the list of people", CHECK_ACCOUNTS)
    return person


WRITING = (
    Line(f"hosts are created, deactivated and activated in the admin (host {SLUG})", hosts),
    Line("staff are created with a temporary password, deactivated and activated in the admin", staff),
    Line("five active staff at most: the sixth is refused with the reason, created or activated", limit),
)
TIDY = Line(f"the host {SLUG} and its people are inactive again", inactive_again)
