"""Editors of a WordPress behind the gateway: with the staff pass they work, without it nothing half-read is saved."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from itertools import count

import pytest

from tests.conftest import lacks
from tests.wordpress.before import Gateway, Newsroom, Reader, gateway_before
from tests.wordpress.newsroom import EDITOR, PASSWORD, PICTURE, WordPress, attached
from tests.wordpress.stories import paragraphs
from tests.wordpress.test_routes import call

_NUMBERS = count(1)
ONE_LINE_MORE = "\n<!-- wp:paragraph -->\n<p>And one line more.</p>\n<!-- /wp:paragraph -->"


@pytest.fixture(scope="module")
def gateway(wordpress: WordPress, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Gateway]:
    with gateway_before(wordpress, tmp_path_factory.mktemp("editors"), 'mode = "withhold"', "true") as running:
        yield running


@pytest.fixture
def post(wordpress: WordPress, gateway: Gateway) -> int:
    """A post of its own, which the gateway has met: a robot was shown its preview."""
    number = next(_NUMBERS)
    title = f"The lamp of pier {number}"
    path = wordpress.publish(title, paragraphs(title), date=f"2023-05-06T06:{number:02}:00")
    found = wordpress.number_of(title)
    robot = Reader(gateway).get(path, User_Agent="Slackbot-LinkExpanding 1.0")
    assert robot.header("pennypress-access") == "preview"
    wordpress.posts.pop(title)
    return found


@pytest.fixture(scope="module")
def editor(wordpress: WordPress, gateway: Gateway) -> Newsroom:
    """An editor with a staff pass, signed in."""
    newsroom = Newsroom(gateway.port, wordpress.site)
    newsroom.take_pass(gateway.folder)
    newsroom.log_in()
    return newsroom


@pytest.fixture(scope="module")
def stranger(wordpress: WordPress, gateway: Gateway) -> Newsroom:
    """An editor who is signed in and has no staff pass."""
    newsroom = Newsroom(gateway.port, wordpress.site)
    newsroom.log_in()
    return newsroom


def block_editor_calls(newsroom: Newsroom, post: int, text: str) -> dict[str, int]:
    """Open, change and save a post by the block editor's own calls; the statuses."""
    nonce, api = newsroom.nonce(), f"/wp-json/wp/v2/posts/{post}"
    calls = {
        "opened": newsroom.ask(f"/wp-admin/post.php?post={post}&action=edit"),
        "read": newsroom.ask(f"{api}?context=edit&_locale=user", nonce=nonce),
        "saved by itself": newsroom.ask(f"{api}/autosaves?_locale=user", {"id": post, "content": text}, nonce),
        "saved": newsroom.ask(
            f"{api}?_locale=user", {"id": post, "content": text}, nonce, X_HTTP_Method_Override="PUT"
        ),
    }
    return {name: status for name, (status, _) in calls.items()}


def test_an_editor_with_the_staff_pass_opens_changes_and_saves_a_walled_post(
    editor: Newsroom, wordpress: WordPress, post: int
) -> None:
    text = wordpress.stored(post) + ONE_LINE_MORE
    assert set(block_editor_calls(editor, post, text).values()) == {200}
    assert wordpress.stored(post) == text
    revisions = editor.ask(f"/wp-json/wp/v2/posts/{post}/revisions?context=edit&_locale=user", nonce=editor.nonce())
    assert text in [revision["content"]["raw"] for revision in json.loads(revisions[1])]


def test_the_same_without_the_pass_is_refused_and_the_stored_text_is_untouched(
    stranger: Newsroom, wordpress: WordPress, post: int
) -> None:
    text = wordpress.stored(post)
    assert set(block_editor_calls(stranger, post, text + ONE_LINE_MORE).values()) == {403}
    assert wordpress.stored(post) == text
    assert stranger.ask("/wp-admin/edit.php")[0] == 200, "what holds no withheld text passes untouched"
    refused = stranger.ask(f"/wp-json/wp/v2/posts/{post}?context=edit", nonce=stranger.nonce())[1]
    assert json.loads(refused)["code"] == "pennypress_withheld"


def test_an_editor_uploads_a_picture(editor: Newsroom) -> None:
    headers = {"Content_Type": "image/png", **attached("lamp.png")}
    status, told = editor.ask("/wp-json/wp/v2/media?_locale=user", PICTURE, editor.nonce(), **headers)
    assert (status, json.loads(told)["mime_type"]) == (201, "image/png")
    picture = json.loads(told)["source_url"].partition("/wp-content/")[2]
    with editor.browser.open(f"{editor.url}/wp-content/{picture}") as answer:
        assert answer.read() == PICTURE


def test_an_editor_changes_a_title_in_the_list_of_posts(editor: Newsroom, wordpress: WordPress, post: int) -> None:
    text = wordpress.stored(post)
    status, page = editor.ask("/wp-admin/edit.php")
    nonce = re.search(r'id="_inline_edit"[^>]*value="([0-9a-f]+)"', page)
    assert (status, nonce is not None) == (200, True)
    fields = {"action": "inline-save", "post_type": "post", "post_ID": str(post), "screen": "edit-post"}
    fields |= {"post_title": "A lamp", "post_name": "a-lamp", "_status": "publish", "post_view": "list"}
    fields |= {"aa": "2023", "mm": "05", "jj": "06", "hh": "06", "mn": "00", "ss": "00"}
    status, row = editor.send("/wp-admin/admin-ajax.php", {**fields, "_inline_edit": nonce[1] if nonce else ""})
    assert (status, "A lamp" in row) == (200, True)
    assert wordpress.stored(post) == text


def test_an_editor_moves_a_post_to_the_trash_as_the_block_editor_does(
    editor: Newsroom, wordpress: WordPress, post: int
) -> None:
    api = f"/wp-json/wp/v2/posts/{post}?_locale=user"
    status, told = editor.ask(api, {}, editor.nonce(), X_HTTP_Method_Override="DELETE")
    assert (status, json.loads(told)["status"]) == (200, "trash")


def test_the_heartbeat_saves_for_who_may_read_and_for_nobody_else(
    editor: Newsroom, stranger: Newsroom, wordpress: WordPress, post: int
) -> None:
    beat = {"action": "heartbeat", "screen_id": "post"}
    saving = beat | {"data[wp_autosave][post_id]": str(post), "data[wp_autosave][content]": wordpress.stored(post)}
    assert editor.send("/wp-admin/admin-ajax.php", saving)[0] == 200
    assert stranger.send("/wp-admin/admin-ajax.php", saving)[0] == 403
    assert stranger.send("/wp-admin/admin-ajax.php", beat)[0] == 200, "a beat that saves nothing passes"


def test_an_editor_sees_a_preview_of_what_is_changed(editor: Newsroom, wordpress: WordPress, post: int) -> None:
    changed = wordpress.stored(post) + ONE_LINE_MORE
    saved = editor.ask(f"/wp-json/wp/v2/posts/{post}/autosaves", {"id": post, "content": changed}, editor.nonce())
    link = json.loads(saved[1])["preview_link"]
    status, page = editor.ask(link.removeprefix(editor.url))
    assert (status, "And one line more." in page) == (200, True)


def test_an_application_reads_posts_by_xml_rpc_with_the_pass_alone(
    editor: Newsroom, wordpress: WordPress, post: int, gateway: Gateway
) -> None:
    asked = call("metaWeblog.getPost", post, EDITOR, PASSWORD).encode()
    status, told = editor.ask("/xmlrpc.php", asked, Content_Type="text/xml")
    if "In part 1 of" not in told and "xml" in told.lower():
        lacks("PHP's XML extension (php-xml) is not installed on this machine")
    assert (status, "In part 14 of" in told) == (200, True)
    refused = Newsroom(gateway.port, wordpress.site).ask("/xmlrpc.php", asked, Content_Type="text/xml")
    assert (refused[0], "In part 14 of" in refused[1]) == (403, False)


def test_a_draft_that_nobody_has_met_is_written_without_a_pass_too(stranger: Newsroom, wordpress: WordPress) -> None:
    text = "<p>Nobody has read this yet, for it is about to be written by one who has no pass at all.</p>"
    status, told = stranger.ask("/wp-json/wp/v2/posts", {"title": "A draft", "content": text}, stranger.nonce())
    assert status == 201
    assert wordpress.stored(json.loads(told)["id"]) == text
