"""Parts of the meter as a configuration describes them."""

from __future__ import annotations

from pennypress.config import Config
from pennypress.config.sections import NetworkSection
from pennypress.gate import Budgeting
from pennypress.http.own import READING
from pennypress.pages.notice import Board, Paper
from pennypress.readers.budgets import Budgets
from pennypress.readers.keys import Keys
from pennypress.readers.returning import Returns


def board_of(config: Config, keys: Keys) -> Board:
    """What readers are told, in the paper's own words and look."""
    office = config.office
    paper = Paper(
        name=config.paper.name,
        name_in_sentence=config.paper.name_in_sentence,
        subscribe_url=office.subscribe if office.enabled else config.paper.subscribe_url,
        reading_url=READING,
        sign_in_url=office.sign_in if office.enabled else None,
        account_url=office.account if office.enabled else None,
        zone=config.paper.timezone,
        window=config.meter.window,
        help=config.paper.help,
    )
    articles = config.articles
    return Board(
        paper,
        config.paper.languages,
        look=articles.look,
        templates=articles.templates,
        texts=config.texts,
        seal=Returns(keys).seal,
    )


def budgeting_of(network: NetworkSection) -> Budgeting | None:
    """The address budget; None where it is off."""
    if network.budget == "off":
        return None
    budgets = Budgets(network.newcomer_articles, network.newcomer_readers, network.shared)
    return Budgeting(budgets, enforced=network.budget == "on")
