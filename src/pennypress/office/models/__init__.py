"""What the office keeps."""

from __future__ import annotations

from pennypress.office.models.account import Account, Device, Merge, Newcomer, Role
from pennypress.office.models.letters import Letter
from pennypress.office.models.orders import Consent, Order, OrderState
from pennypress.office.models.payments import BankLine, Method, Payment, Refund
from pennypress.office.models.plans import Code, Kind, Period, Plan, PriceChange, Redemption
from pennypress.office.models.rights import Right, RightKind
from pennypress.office.models.running import JobRun, StripeEvent
from pennypress.office.models.signin import Attempt, SignInCode
from pennypress.office.models.subscriptions import Status, Subscription

__all__ = [
    "Account",
    "Attempt",
    "BankLine",
    "Code",
    "Consent",
    "Device",
    "JobRun",
    "Kind",
    "Letter",
    "Merge",
    "Method",
    "Newcomer",
    "Order",
    "OrderState",
    "Payment",
    "Period",
    "Plan",
    "PriceChange",
    "Redemption",
    "Refund",
    "Right",
    "RightKind",
    "Role",
    "SignInCode",
    "Status",
    "StripeEvent",
    "Subscription",
]
