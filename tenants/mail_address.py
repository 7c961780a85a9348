"""E-mail addresses: how one is stored, which are accepted at every door, and how a carrier's is written on an envelope.

Two carriers gave out addresses with two dots in a row, or a dot before the @, until 2009, and people keep theirs. RFC 5321
lets such a local part stand in quotes only; the account keeps it as its owner knows it, without.
"""

import re
import unicodedata
from contextlib import suppress
from typing import Any

from django import forms
from django.core.validators import EmailValidator
from django.db import models

NOT_TYPED = frozenset({"Cf", "Zs", "Zl", "Zp"})
"""Categories of Unicode that no address holds and nobody means. A control character is another matter: it is refused."""
CARRIERS = ("docomo.ne.jp", "ezweb.ne.jp", "au.com")
_ATOM = r"[-!#$%&'*+/=?^_`{}|~0-9A-Za-z]"
_DOTTED = re.compile(rf"{_ATOM}(?:{_ATOM}|\.)*")
_DOT_ATOM = re.compile(rf"{_ATOM}+(?:\.{_ATOM}+)*")


def normal_email(email: str) -> str:
    """The form in which an address is stored and looked up: half width, lower case, without spaces and what cannot be seen,
    which comes along when an address is copied; a domain in its own script, not as the `xn--` that stands for it; a
    carrier's local part without the quotes of `quoted`."""
    text = "".join(
        letter
        for letter in unicodedata.normalize("NFKC", email.strip())
        if unicodedata.category(letter) not in NOT_TYPED
    )
    local, at, domain = text.lower().rpartition("@")
    if "xn--" in domain and domain.isascii():
        with suppress(UnicodeError):  # no such name: as it is
            domain = domain.encode().decode("idna")
    if local.startswith('"') and local.endswith('"') and _DOTTED.fullmatch(local[1:-1]):
        local = local[1:-1]
    return local + at + domain


def quoted(address: str) -> str:
    """As a mail server takes it: a local part with dots where no dot may stand is put in quotes."""
    local, at, domain = address.rpartition("@")
    if _DOTTED.fullmatch(local) and not _DOT_ATOM.fullmatch(local):
        return f'"{local}"{at}{domain}'
    return address


class MailAddressValidator(EmailValidator):
    """As Django's, with the dots of carriers' addresses. Elsewhere such dots are mistyped, and refused."""

    def __call__(self, value: str | None) -> None:
        """Raises ValidationError."""
        local, at, domain = (value or "").rpartition("@")
        carrier = any(domain.lower() == name or domain.lower().endswith(f".{name}") for name in CARRIERS)
        if carrier and _DOTTED.fullmatch(local):
            value = re.sub(r"\.+", ".", local).rstrip(".") + at + domain
        super().__call__(value)


validate_address = MailAddressValidator()


class MailAddressFormField(forms.EmailField):
    """Reads an address as it is stored, before anything judges it."""

    default_validators = [validate_address]

    def to_python(self, value: Any) -> str:
        """The normal form."""
        return normal_email(super().to_python(value) or "")


class MailAddressField(models.EmailField):
    """A text column whose forms, at the desk too, read e-mail addresses."""

    default_validators = [validate_address]

    def formfield(self, **kwargs: Any) -> Any:
        """As Django's, of the class above."""
        return super().formfield(**{"form_class": MailAddressFormField, **kwargs})

    def deconstruct(self) -> Any:
        """To a migration it is Django's column."""
        name, _path, args, kwargs = super().deconstruct()
        return name, "django.db.models.EmailField", args, kwargs
