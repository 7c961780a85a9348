"""Signing in as a browser does, and saying plainly what is in the way."""

from contextlib import suppress

from config.ops.smoke.http import Answer, Away, Visitor
from config.ops.smoke.run import Account, Failed, Run, expect

LOGIN, CHANGE_PASSWORD = "/auth/login", "/auth/password/change"


def open_login(visitor: Visitor) -> bool:
    """Open the sign-in page; whether the site counts as dev, by the names of its cookies. Raises Failed."""
    expect(visitor.get(LOGIN), 200, todo="open it in a browser; behind another name, give that as --base-url")
    names = [name for name in visitor.cookies if name.endswith("csrf")]
    if not names:
        raise Failed("a sign-in page without a CSRF cookie", "is a cache in front of /auth/login?")
    return not names[0].startswith("__Host-")


def try_password(visitor: Visitor, email: str, password: str) -> Answer:
    """Send the sign-in form. Raises Failed when it was sent too often to be looked at."""
    open_login(visitor)
    answer = visitor.post(LOGIN, [("email", email), ("password", password), ("next", "")])
    if answer.status == 429:
        raise Failed("429, too many attempts", f"wait {answer.headers.get('Retry-After', '900')} seconds")
    return answer


def sign_in(run: Run, account: Account) -> None:
    """Sign in with an account that is ready for work, and keep the visitor. Raises Failed."""
    if not account.password:
        raise Failed("no password to sign in with", f"run this with {account.variable} set to that account's password")
    visitor = run.visitor()
    answer = try_password(visitor, account.email, account.password)
    if answer.status == 422:
        todo = f"is the account there, active, and its password in {account.variable}?"
        raise Failed("422, wrong address or password", todo)
    expect(answer, 302, todo="look at the server's log")
    _check_where(account, answer.location)
    page = visitor.get(account.home)
    if page.status == 302:
        _check_where(account, page.location)
    expect(page, 200, todo=f"is {account.email} of the right role, and its host active?")
    run.signed_in[account.email] = visitor


def _check_where(account: Account, location: str) -> None:
    """Raises Failed, saying what stands between the password and the work."""
    if location.startswith(CHANGE_PASSWORD):
        todo = f"sign in in a browser, change it, and set {account.variable} to the new one"
        raise Failed("the password is a temporary one that has to be changed first (must_change_password)", todo)
    if location.startswith("/auth/"):
        todo = "use an account without one for smoke, or check this list by hand"
        raise Failed(f"after the password another step is asked for at {location}, a second factor", todo)
    if location.partition("?")[0] != account.home:
        raise Failed(f"signed in, and led to {location} instead of {account.home}", "is it the right kind of account?")


def sign_out(run: Run) -> None:
    """Leave no open session behind, where the site still answers."""
    with suppress(Away):
        for visitor in run.signed_in.values():
            visitor.post("/auth/logout", [])
