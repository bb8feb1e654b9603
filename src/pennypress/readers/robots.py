"""The robots that fetch a page to show a preview of its link, and our own programs: known by whole product names."""

from __future__ import annotations

import re
from functools import lru_cache

_LONGEST = 512

# Names that no browser bears: wherever one stands as a whole word, a robot is asking.
_ROBOTS = (
    "9bot",
    "ArenaUnfurlBot",
    "BingPreview",
    "BlueskyPreviewBot",
    "BufferLinkPreviewBot",
    "Chatwork LinkPreview",
    "ClickUpLinkUnfurler",
    "CodaBot",
    "DingTalkBot-LinkService",
    "Discordbot",
    "Discourse Forum Onebox",
    "Embedly",
    "EvernoteRichLinkBot",
    "EveryoneSocialBot",
    "facebookexternalhit",
    "Facebot",
    "FlipboardProxy",
    "GG PeekBot",
    "Google Web Preview",
    "Google-PageRenderer",
    "GroupMeBot",
    "Iframely",
    "KeybaseBot",
    "Linespider",
    "LinkedInBot",
    "ListGemBot",
    "LMArenaUnfurlBot",
    "LoomlyBot",
    "Mattermost-Bot",
    "Mediumbot-MetaTagFetcher",
    "meta-externalfetcher",
    "meta-externalhit",
    "meta-webindexer",
    "MicrosoftPreview",
    "OdklBot",
    "OpenGraph.io",
    "Orlo-LinkPreview",
    "pennypress-audit",
    "Pinterestbot",
    "Quora-Bot",
    "redditbot",
    "SkypeUriPreview",
    "Slack-ImgProxy",
    "Slackbot",
    "Slackbot-LinkExpanding",
    "Snap URL Preview Service",
    "SnapURLPreview",
    "SteamChatURLLookup",
    "SummalyBot",
    "TelegramBot",
    "TweetmemeBot",
    "Twitterbot",
    "VKRobot",
    "vkShare",
    "Xing Bot",
    "Yahoo Link Preview",
)

# Names that an app's own browser bears too, behind Mozilla: without Mozilla in front, its server is asking.
_APPS = (
    "Bluesky",
    "Bluesky Cardyb",
    "Cardyb",
    "Friendica",
    "Lemmy",
    "Mastodon",
    "Misskey",
    "Notion",
    "Pinterest",
    "Pleroma",
    "Synapse",
    "Tumblr",
    "TwilioProxy",
    "Viber",
    "WhatsApp",
)


def is_link_preview(user_agent: str) -> bool:
    """Whether a user agent names a robot that fetches link previews, by a whole product name in any case.

    Phones and the browsers inside apps are readers, whatever their names hold.
    """
    return _is_link_preview(user_agent[:_LONGEST])


def _whole(names: tuple[str, ...]) -> re.Pattern[str]:
    return re.compile(rf"(?<![^\s(;,])(?:{'|'.join(map(re.escape, names))})(?![^\s/);,])", re.IGNORECASE | re.ASCII)


_NAMES_ROBOT = _whole(_ROBOTS)
_NAMES_APP = _whole(_APPS)


@lru_cache(maxsize=4096)
def _is_link_preview(user_agent: str) -> bool:
    if _NAMES_ROBOT.search(user_agent):
        return True
    return not user_agent.lstrip().lower().startswith("mozilla/") and _NAMES_APP.search(user_agent) is not None
