"""The numbers of cards and accounts that Stripe keeps for tests, and how each behaves."""

from __future__ import annotations

from tests.stripe_server.account import DAY, Behaviour

CARDS = {
    "4242424242424242": ("visa", Behaviour()),
    "4000058260000005": ("visa", Behaviour()),
    "5555555555554444": ("mastercard", Behaviour()),
    "4000000000000002": ("visa", Behaviour("generic_decline", "generic_decline")),
    "4000000000009995": ("visa", Behaviour("insufficient_funds", "insufficient_funds")),
    "4000000000000069": ("visa", Behaviour("expired_card", "expired_card")),
    "4000000000000341": ("visa", Behaviour(charge="generic_decline")),
}

TOKENS = {
    "pm_card_visa": "4242424242424242",
    "pm_card_mastercard": "5555555555554444",
    "pm_card_chargeDeclined": "4000000000000002",
    "pm_card_chargeCustomerFail": "4000000000000341",
}

_BACS_PACE = 3 * DAY
_SEPA_PACE = 5 * DAY

BACS_SORT_CODE = "108800"
BACS = {
    "00012345": Behaviour(settles_after=_BACS_PACE),
    "55555559": Behaviour(settles_after=2 * _BACS_PACE),
    "33333335": Behaviour("debit_not_authorized", "debit_not_authorized", _BACS_PACE, mandate_ends=True),
    "22222227": Behaviour("insufficient_funds", "insufficient_funds", _BACS_PACE),
}

SEPA = {
    "DE89370400440532013000": Behaviour(settles_after=_SEPA_PACE),
    "FR1420041010050500013M02606": Behaviour(settles_after=_SEPA_PACE),
    "DE08370400440532013003": Behaviour(settles_after=2 * _SEPA_PACE),
    "DE62370400440532013001": Behaviour("debit_not_authorized", "debit_not_authorized", _SEPA_PACE, mandate_ends=True),
    "DE78370400440532013002": Behaviour("insufficient_funds", "insufficient_funds", _SEPA_PACE),
}
