from tenants.models import Role, User
from tenants.refusal import Refused


def may_manage(actor: User, person: User) -> bool:
    """Platform admins manage everybody; organizers the staff of their own tenant (contract 3)."""
    if actor.is_platform_admin:
        return True
    return actor.is_staff and person.role == Role.STAFF and person.tenant_id == actor.tenant_id


def check_may_manage(actor: User, person: User) -> None:
    """Raises Refused unless `actor` may deactivate, activate or give a new password to `person`, who is not themself."""
    if not may_manage(actor, person):
        raise Refused("not_yours_to_manage", person=person.name)
    if actor.pk == person.pk:
        raise Refused("not_yourself")
