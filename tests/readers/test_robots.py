"""The robots that fetch link previews."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pennypress.readers.robots import is_link_preview

PHONE = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko)"
ANDROID = "Mozilla/5.0 (Linux; Android 15; wv) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0 Mobile Safari/537.36"


WELL_KNOWN = [
    "Discordbot",
    "Embedly",
    "Facebot",
    "Iframely",
    "LinkedInBot",
    "Mastodon",
    "Slack-ImgProxy",
    "SkypeUriPreview",
    "Slackbot",
    "TelegramBot",
    "Twitterbot",
    "Viber",
    "WhatsApp",
    "facebookexternalhit",
    "redditbot",
    "vkShare",
    "FlipboardProxy",
    "Discourse Forum Onebox",
]


@pytest.mark.parametrize(
    "user_agent",
    [
        "facebookexternalhit/1.1 (+http://www.facebook.com/externalhit_uatext.php)",
        "facebookexternalhit/1.1;line-poker/1.0",
        "FacebookExternalHit",
        "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_11_1) AppleWebKit facebookexternalhit/1.1 Facebot Twitterbot/1.0",
        "Slackbot 1.0 (+https://api.slack.com/robots)",
        "Slackbot-LinkExpanding 1.0 (+https://api.slack.com/robots)",
        "Slack-ImgProxy (+https://api.slack.com/robots)",
        "Twitterbot/1.0",
        "TelegramBot (like TwitterBot)",
        "WhatsApp/2.24.1 A",
        "Notion/1.0 (https://notion.so; team@makenotion.com)",
        "Mozilla/5.0 (Windows NT 6.1; WOW64) AppleWebKit/534+ (KHTML, like Gecko) BingPreview/1.0b",
        "WhatsApp",
        "Mozilla/5.0 (compatible; Discordbot/2.0; +https://discordapp.com)",
        "LinkedInBot/1.0 (compatible; Mozilla/5.0; Apache-HttpClient +http://www.linkedin.com)",
        "Mozilla/5.0 (Windows NT 6.1; WOW64) SkypeUriPreview Preview/0.5",
        "Mozilla/5.0 (compatible; redditbot/1.0; +http://www.reddit.com/feedback)",
        "Mozilla/5.0 (compatible; vkShare; +http://vk.com/dev/Share)",
        "Mozilla/5.0 (compatible; Embedly/0.2; +http://support.embed.ly/)",
        "Iframely/1.3.1 (+https://iframely.com/docs/about)",
        "Pinterest/0.2 (+http://www.pinterest.com/bot.html)",
        "http.rb/5.1.1 (Mastodon/4.2.0; +https://social.example/)",
        "Mastodon/4.4.0 (http.rb/5.2.0; +https://social.example/)",
        "Mozilla/5.0 (compatible; Bluesky Cardyb/1.1; +mailto:support@bsky.app) Twitterbot/1.0",
        "Snap URL Preview Service; bot; snapchat; https://developers.snap.com/robots",
        "Viber",
    ],
)
def test_a_link_preview_robot_is_known_by_a_whole_product_name(user_agent: str) -> None:
    assert is_link_preview(user_agent)


@pytest.mark.parametrize(
    "user_agent",
    [
        "",
        PHONE,
        f"{PHONE} Mobile/15E148 [FBAN/FBIOS;FBAV/440.0;FBDV/iPhone14,5;FBMD/iPhone;FBLC/en_GB]",
        f"{PHONE} Mobile/15E148 Instagram 320.0.0.0 (iPhone14,5; iOS 18_1; en_GB)",
        f"{PHONE} Mobile/15E148 Safari Line/14.0.0",
        f"{PHONE} Mobile/15E148 Snapchat/12.70.0 (like Safari/8613, panda)",
        f"{PHONE} Mobile/15E148 WhatsApp/2.24.1",
        f"{PHONE} Mobile/15E148 [Pinterest/iOS]",
        f"{ANDROID} [FB_IAB/FB4A;FBAV/440.0;]",
        f"{ANDROID} MetaIAB Facebook",
        f"{ANDROID} Viber/22.0",
        f"{ANDROID} Bluesky/1.9",
        f"{ANDROID} Twitter for iPhone/10.0",
        f"{ANDROID} LinkedInApp/9.1",
        "Mozilla/5.0 (Linux; Android 9; CUBOT_TWITTERBOTX Build/PPR1) AppleWebKit/537.36 Chrome/140.0 Mobile",
        "Mozilla/5.0 (compatible; NotSlackbot/1.0)",
        "Mozilla/5.0 (compatible; Slackbot2/1.0)",
        "Mozilla/5.0 (compatible; MyReader/1.0; +https://reader.example/facebookexternalhit)",
        "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)",
    ],
)
def test_phones_in_app_browsers_and_other_robots_are_not_link_previews(user_agent: str) -> None:
    assert not is_link_preview(user_agent)


@given(st.text(max_size=2000))
def test_any_text_is_answered(user_agent: str) -> None:
    assert is_link_preview(user_agent) in {True, False}


def test_most_published_link_preview_robots_are_known_and_no_search_crawler_is(shared: Path) -> None:
    published = json.loads((shared / "crawlers/crawler-user-agents/crawler-user-agents.json").read_text("utf-8"))
    seen = set()
    for robot in published:
        if robot["pattern"] in WELL_KNOWN:
            seen.add(robot["pattern"])
            assert all(is_link_preview(text) for text in robot["instances"]), robot["pattern"]
        elif "search-engine" in robot.get("tags", []) and "snippet" not in robot["pattern"]:
            assert not any(is_link_preview(text) for text in robot["instances"]), robot["pattern"]
    assert seen == set(WELL_KNOWN)
