"""What may be corrected, with what, and when the master has changed under a correction."""

import hashlib
import json
import re

from catalog.fields import FIELDS, MOST_SPEC_NAME, OLD_COLUMNS, SPECS, Value
from catalog.models import MasterProduct, ProductOverride
from catalog.values import KEY_COLUMNS, is_empty, label, master_value, printed, shown_value
from tenants.refusal import Refused

MOST_SPEC = 1000
"""Characters of a corrected value of `specs`."""
UNFIT = re.compile("[\x00\ud800-\udfff]")
"""What no database keeps in JSON."""


def is_conflict(override: ProductOverride, incoming: Value) -> bool:
    """Whether a person has to decide: the master says `incoming`, which is neither what the correction was made
    against nor the correction itself."""
    return incoming not in (override.base, override.value)


def may_be_overridden(product: MasterProduct, field: str) -> bool:
    """The fields of `catalog.fields`, columns that the product has, and columns of the old files; never its key."""
    if field in FIELDS:
        return True
    name = field.removeprefix(SPECS)
    if not field.startswith(SPECS) or not name or len(name) > MOST_SPEC_NAME or name in KEY_COLUMNS:
        return False
    return name in product.specs or name in OLD_COLUMNS


def read_value(product: MasterProduct, field: str, text: str) -> Value:
    """The correction as a value. Raises Refused: "override_unknown_field", "override_empty", "override_same" as the
    master says already, "product_…" for what the field cannot hold."""
    if not may_be_overridden(product, field):
        raise Refused("override_unknown_field", field=field[:40])
    text = text.strip().replace("\r\n", "\n")
    if UNFIT.search(text):
        raise Refused("override_unreadable")
    if field.startswith(SPECS):
        if len(text) > MOST_SPEC:
            raise Refused("product_too_long", limit=MOST_SPEC)
        value: Value = text
    else:
        value = FIELDS[field].read(text)
    if is_empty(value):
        raise Refused("override_empty")
    if value == master_value(product, field):
        raise Refused("override_same")
    return value


def version_of(product: MasterProduct, field: str, override: ProductOverride | None) -> str:
    """A short word for what somebody saw of a field: it changes when the correction or the master does."""
    made_at = override.made_at.isoformat() if override else ""
    seen = [made_at, master_value(product, field), override.value if override else None]
    return hashlib.sha256(json.dumps(seen).encode()).hexdigest()[:16]


def check_as_seen(product: MasterProduct, field: str, override: ProductOverride | None, seen: str | None) -> None:
    """Raises Refused("edited_meanwhile") when the field is no longer as `seen` (see `version_of`); None asks nothing."""
    if seen is not None and seen != version_of(product, field, override):
        value = printed(field, shown_value(product, field, override))
        raise Refused("edited_meanwhile", field=label(field), value=value)
