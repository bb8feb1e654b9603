"""``pennypress subscriptions reconcile``: making good what was lost between Stripe and here."""

from __future__ import annotations

from pennypress.cli.options import CONFIG, ConfigFile


def reconcile(config: ConfigFile = CONFIG) -> None:
    """Compare all subscriptions and payments with Stripe, take in what was lost, and say what that was.

    It runs by itself every night; by hand it is for after an outage, and for when somebody paid and cannot read.
    Running it twice changes nothing, and nobody is charged.

    Example: pennypress subscriptions reconcile
    """
    from rich.progress import Progress

    from pennypress.cli.office import opened_office
    from pennypress.cli.screen import refuse, say

    loaded = opened_office(config)
    if loaded.stripe.key is None:
        refuse("There is no Stripe account here: name the file with its key under [stripe] key.")
    from pennypress.office.till import reconcile as reconciling
    from pennypress.office.till.base import TillDown

    with Progress(transient=True) as progress:
        task = progress.add_task("Comparing with Stripe", total=None)
        try:
            done = reconciling.reconcile(lambda what: progress.update(task, advance=1, description=f"Comparing {what}"))
        except TillDown as error:
            refuse(f"Stripe cannot be asked now, try again in a few minutes: {error}.")
    for heading, found in (
        ("Mended", done.mended),
        (
            "At Stripe, but of nobody here (bring them over with `pennypress subscriptions import --stripe`)",
            done.unknown,
        ),
        ("Here, but not at Stripe (is this the right account?)", done.missing),
        ("Could not be looked at; run it again", done.failed),
    ):
        if found:
            say(f"{heading}:", "bold")
        for words in found:
            say(f"  {words}")
    say(f"{done.looked_at:,} subscriptions compared, {len(done.mended):,} things mended.")
