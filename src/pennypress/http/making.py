"""Parts of the meter as a configuration describes them."""

from __future__ import annotations

from pennypress.config import Config
from pennypress.config.sections import NetworkSection
from pennypress.gate import Budgeting, Gate
from pennypress.http.guarding import Guarding, GuardOptions
from pennypress.http.learning import Learning
from pennypress.http.own import READING
from pennypress.pages.notice import Board, Paper
from pennypress.pages.page import PageOptions
from pennypress.pages.recognise import Grounds
from pennypress.readers.budgets import Budgets
from pennypress.readers.keys import Keys
from pennypress.readers.returning import Returns
from pennypress.store import Store


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


def page_options_of(config: Config) -> PageOptions:
    """How pages are read and cut."""
    return PageOptions(config.articles.body, config.articles.preview, config.articles.scripts)


def guarding_of(config: Config, gate: Gate, store: Store, board: Board, grounds: Grounds) -> Guarding:
    """The leak guard."""
    guard = config.guard
    options = GuardOptions(
        guard.mode, guard.allow, guard.sign_in_cookies, config.paper.url, config.gateway.largest_article
    )
    return Guarding(gate, Learning(store), board, grounds, options)
