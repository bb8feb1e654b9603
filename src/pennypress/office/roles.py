"""What each role of the staff may do in the admin."""

from __future__ import annotations

from pennypress.office.models.account import Role

_EDITORS_MAY_CHANGE = frozenset({"plan", "code", "pricechange"})
_NEVER_CHANGED = frozenset({"logentry", "letter", "payment", "refund"})


def grants(role: Role, permission: str) -> bool:
    """Whether a role grants a permission such as ``office.change_plan``. Nobody changes the audit log, letters that
    were written, or money that came: these are changed by what is done at the desk."""
    action, _, model = permission.partition(".")[2].partition("_")
    if role is Role.NONE or (model in _NEVER_CHANGED and action != "view"):
        return False
    if action == "view" or role is Role.OWNER:
        return True
    if role is Role.EDITOR:
        return model in _EDITORS_MAY_CHANGE
    return role is Role.SUBSCRIPTIONS and action != "delete" and model not in _EDITORS_MAY_CHANGE
