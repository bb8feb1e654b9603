"""What readers of metered papers complain of, each as a test of its own that it does not happen here."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.core.mail import EmailMessage

from pennypress.config import Config
from pennypress.http.fetch import App, Message, Receive, Scope, Send
from pennypress.office import lifecycle
from pennypress.office.installation import installation
from pennypress.office.models import Account, Method, Payment, Plan, Status, Subscription
from pennypress.office.till import demo
from tests.office.browser import Page
from tests.office.conftest import SettableClock
from tests.office.signin.steps import code_in, signed_in_by_code
from tests.office.site import RunningSite, Visitor

MAIL = "ann@example.com"


@pytest.fixture(autouse=True)
def setting(paper: Callable[..., Config], clock: SettableClock, plan: Callable[..., Plan]) -> None:
    """A paper with a till and one plan."""
    paper(office={"demo_till": True}, stripe={"debit": ("bacs_debit",)})
    plan(name="Reader", slug="reader")


def sign_in(reader: Visitor, mails: list[EmailMessage], mail: str = MAIL, article: str = "/news/f") -> Page:
    return signed_in_by_code(reader, mails, mail, back=installation().returns.seal(article))


def subscribe(reader: Visitor, mails: list[EmailMessage], **chosen: str) -> Page:
    """From the wall to the till; the page on which one says whether the payment works."""
    for name in "abcde":
        reader.get(f"/news/{name}")
    page = reader.get("/news/f").follow("subscribing here").follow("Choose Reader")
    page = page.submit({"mail": MAIL}, button="Go on").submit({"code": code_in(mails[-1])}, button="Sign in")
    return page.submit({"at_once": "yes", **chosen}, button="Subscribe and pay")


def is_whole(page: Page) -> bool:
    return page.headers.get("Pennypress-Access") == "full"


class CachingEverything:
    """A cache that keeps every answer to a GET by its address alone, as a badly set one in front of a paper does; it
    only obeys what forbids it to store."""

    def __init__(self, app: App) -> None:
        self._app = app
        self._kept: dict[str, list[Message]] = {}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer from what is kept, else ask and keep."""
        address = f"{scope['path']}?{scope['query_string'].decode()}"
        if scope["method"] == "GET" and address in self._kept:
            for message in self._kept[address]:
                await send(message)
            return
        messages: list[Message] = []

        async def keeping(message: Message) -> None:
            messages.append(message)
            await send(message)

        await self._app(scope, receive, keeping)
        headers = {name.lower(): value for name, value in messages[0]["headers"]}
        forbidden = any(word in headers.get(b"cache-control", b"") for word in (b"no-store", b"private"))
        if scope["method"] == "GET" and not forbidden:
            self._kept[address] = messages


def test_readers_in_the_payment_retry_window_are_not_locked_out(
    site: RunningSite, mails: list[EmailMessage], clock: SettableClock
) -> None:
    reader = Visitor(site)
    subscribe(reader, mails).submit(button="Pay")
    held = Subscription.objects.get()
    clock.pass_(timedelta(days=31))
    lifecycle.set_status(held, Status.PAST_DUE, failing=clock())
    site.beat()
    assert is_whole(reader.get("/news/g"))


def test_a_renewed_subscriber_is_not_locked_out_by_a_stale_cookie(
    site: RunningSite, mails: list[EmailMessage], clock: SettableClock
) -> None:
    reader = Visitor(site)
    subscribe(reader, mails).submit(button="Pay")
    held = Subscription.objects.get()
    cookies = dict(reader.cookies)
    clock.pass_(timedelta(days=40))
    lifecycle.end(held, "unpaid", clock())
    site.beat()
    pages = [reader.get(f"/news/{name}") for name in "abcdefgh"]
    assert not is_whole(pages[-1])
    lifecycle.receive(
        held.account, 800, "GBP", Method.CARD, received=clock(), what="Reader", subscription=held,
        period=(clock(), clock() + timedelta(days=30)), stripe="demo-late",
    )  # fmt: skip
    site.beat()
    reader.cookies.clear()
    reader.cookies.update(cookies)
    assert is_whole(reader.get("/news/h"))


def test_a_payer_is_never_shown_a_cached_wall(site: RunningSite, mails: list[EmailMessage]) -> None:
    cache = CachingEverything(site.app)
    stranger = Visitor(site, through=cache, address="203.0.113.77")
    for name in "abcdef":
        stranger.get(f"/news/{name}")
    assert not is_whole(stranger.get("/news/f"))
    reader = Visitor(site, through=cache)
    subscribe(reader, mails).submit(button="Pay")
    assert is_whole(reader.get("/news/f"))


def test_nobody_else_is_served_a_payers_cached_article(site: RunningSite, mails: list[EmailMessage]) -> None:
    cache = CachingEverything(site.app)
    reader = Visitor(site, through=cache)
    subscribe(reader, mails).submit(button="Pay")
    assert is_whole(reader.get("/news/g"))
    stranger = Visitor(site, through=cache, address="203.0.113.77")
    for name in "abcdef":
        stranger.get(f"/news/{name}")
    assert not is_whole(stranger.get("/news/g"))


def test_no_cache_hands_one_readers_account_to_another(site: RunningSite, mails: list[EmailMessage]) -> None:
    cache = CachingEverything(site.app)
    reader = Visitor(site, through=cache)
    subscribe(reader, mails).submit(button="Pay")
    assert MAIL in reader.get("/account").html
    stranger = Visitor(site, through=cache, address="203.0.113.77").get("/account")
    assert stranger.url.startswith("/sign-in")
    assert MAIL not in stranger.html


def test_an_article_that_has_counted_is_not_walled_after_the_sign_in(
    site: RunningSite, mails: list[EmailMessage]
) -> None:
    reader = Visitor(site)
    for name in "abcde":
        reader.get(f"/news/{name}")
    sign_in(reader, mails, article="/news/a")
    assert all(is_whole(reader.get(f"/news/{name}")) for name in "abcde")


def test_a_subscriber_is_not_lost_when_the_page_is_closed_after_paying(
    site: RunningSite, mails: list[EmailMessage]
) -> None:
    reader = Visitor(site)
    subscribe(reader, mails).submit(button="Pay, and close the page")
    assert is_whole(reader.get("/news/f"))
    assert Subscription.objects.count() == 1


def test_a_second_click_on_pay_is_no_second_payment(site: RunningSite, mails: list[EmailMessage]) -> None:
    reader = Visitor(site)
    till = subscribe(reader, mails)
    till.submit(button="Pay")
    till.submit(button="Pay")
    assert Subscription.objects.count() == 1
    assert Payment.objects.count() == 1


@pytest.mark.parametrize("spelling", ["ANN@EXAMPLE.COM", "Ann@Example.com", " ann@example.com "])
def test_one_mail_in_two_spellings_is_one_account(spelling: str, site: RunningSite, mails: list[EmailMessage]) -> None:
    first = Visitor(site)
    subscribe(first, mails).submit(button="Pay")
    second = Visitor(site, address="203.0.113.50")
    sign_in(second, mails, spelling)
    assert Account.objects.count() == 1
    assert is_whole(second.get("/news/g"))


def test_a_direct_debit_reads_before_it_clears(
    site: RunningSite, mails: list[EmailMessage], clock: SettableClock
) -> None:
    reader = Visitor(site)
    page = subscribe(reader, mails, method="bacs_debit")
    assert is_whole(page.submit(button="Pay"))
    assert Subscription.objects.get().status == Status.PENDING
    assert not Payment.objects.exists()
    clock.pass_(timedelta(days=2))
    site.beat()
    assert is_whole(reader.get("/news/g"))


def test_a_payer_is_not_asked_to_sign_in_again_on_a_device_that_was_read_on(
    site: RunningSite, mails: list[EmailMessage], clock: SettableClock
) -> None:
    reader = Visitor(site)
    subscribe(reader, mails).submit(button="Pay")
    for _ in range(11):
        clock.pass_(timedelta(days=30))
        demo.renew_due()
        site.beat()
        page = reader.get("/news/g")
        assert is_whole(page)
        assert "Sign in" not in page.text


def test_a_subscriber_reads_what_is_kept_for_subscribers(site: RunningSite, mails: list[EmailMessage]) -> None:
    reader = Visitor(site)
    subscribe(reader, mails).submit(button="Pay")
    site.origin.put("/news/premium", _premium(site))
    assert is_whole(reader.get("/news/premium"))
    assert not is_whole(Visitor(site, address="203.0.113.78").get("/news/premium"))


def test_a_payer_on_a_second_device_reads_after_a_code(site: RunningSite, mails: list[EmailMessage]) -> None:
    subscribe(Visitor(site), mails).submit(button="Pay")
    telephone = Visitor(site, address="198.51.100.4")
    assert is_whole(sign_in(telephone, mails, article="/news/h"))


def test_the_list_of_what_counted_is_the_accounts_on_every_device(site: RunningSite, mails: list[EmailMessage]) -> None:
    first, second = Visitor(site), Visitor(site, address="198.51.100.4")
    first.get("/news/a")
    second.get("/news/b")
    sign_in(first, mails, article="/news/a")
    sign_in(second, mails, article="/news/b")
    listed = [page.get("/-/pennypress/reading").text for page in (first, second)]
    assert all("The a report" in said and "The b report" in said for said in listed)


def _premium(site: RunningSite) -> bytes:
    """A story that says itself that it is for subscribers."""
    _, _, body = site.origin.pages["/news/h"]
    return body.replace(b"</head>", b'<meta name="pennypress" content="premium"></head>')
