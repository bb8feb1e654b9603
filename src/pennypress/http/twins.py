"""Pages that are an article by what stands in them: print views, AMP twins and parts at addresses of their own."""

from __future__ import annotations

from dataclasses import replace

from pennypress.http.request import PageRequest
from pennypress.http.verdicts import Verdicts
from pennypress.pages.guard import Guard, Sighting
from pennypress.pages.naming import keys_extended_by
from pennypress.pages.page import Page
from pennypress.pages.recognise import Subject
from pennypress.pages.source import read_text
from pennypress.pages.versions import Version

_OF_OTHERS, _OF_WHAT_LEADS_ON = 0.5, 0.75
_A_WHOLE_ARTICLE = 300
"""So many words of one article stand on no front page."""


class Twins:
    """Recognises known articles in pages."""

    def __init__(self, guard: Guard, verdicts: Verdicts) -> None:
        self._guard = guard
        self._verdicts = verdicts

    async def recognised(self, subject: Subject | None, version: Version, request: PageRequest) -> Subject | None:
        """The subject of a page by its text: that of a known article when it is a twin of it, else as it was."""
        page = version.page
        if page is None or page.list_like or request.target.key == "/" or not self._guard.watches:
            return subject
        if subject is not None and (subject.continued or self._guard.knows(subject.article.key)):
            subject = await self._whole(subject, version, page) if subject.brief else subject
            if not subject.brief:
                return subject
        if not version.is_markup:
            return subject
        twin = self._twin(await self.seen_in(version, page), subject, request)
        if twin is None or not await self._is_mostly(version, page, subject, twin, request):
            return subject
        article = twin.article
        whole = replace(article, paths=tuple(dict.fromkeys((*request.target.paths, *article.paths))))
        why = "it holds the text of this article"
        return Subject(whole, brief=False, continued=False, claimed=None, why=why, twin=True)

    async def seen_in(self, version: Version, page: Page) -> tuple[Sighting, ...]:
        """Whose withheld text stands in a page; looked at once a version and state of what is known."""
        if version.looked is not None and version.looked.generation == self._guard.generation:
            return version.looked.sightings
        version.looked = await self._verdicts.look_again(
            lambda: read_text(page.body, page.content_type).text, lambda: version.looked, len(page.body)
        )
        return version.looked.sightings

    def _twin(self, sightings: tuple[Sighting, ...], subject: Subject | None, request: PageRequest) -> Sighting | None:
        """The article that a page is a twin of; None where it is of none, or holds several whole."""
        asked = request.target
        canonical = subject.claimed if subject is not None else None
        extended = keys_extended_by(asked)
        twins = [
            sighting
            for sighting in sightings
            if sighting.article.key != asked.key
            and (sighting.most or (canonical is None and sighting.article.key in extended))
        ]
        others = [twin for twin in twins[1:] if twin.article.key != twins[0].article.key]
        if not twins or any(not self._guard.alike(twins[0].known, other.known) for other in others):
            return None
        return min(twins, key=lambda twin: (len(twin.article.key), twin.article.key))

    async def _is_mostly(
        self, version: Version, page: Page, subject: Subject | None, twin: Sighting, request: PageRequest
    ) -> bool:
        """Whether the text of a page at an address of its own is at least half that of its twin. What has an agency's
        report in common with another, and more to say than that, is none; nor is what leads on to many others, unless
        three quarters of it, or of a long body, are its twin's text: a print view may end with other stories."""
        if (subject is None or subject.claimed is None) and twin.article.key in keys_extended_by(request.target):
            return True
        if subject is None:
            whole = twin.words >= _A_WHOLE_ARTICLE and twin.words >= page.words * _OF_WHAT_LEADS_ON
            return whole or twin.words >= page.content * (_OF_WHAT_LEADS_ON if page.leads_on else _OF_OTHERS)
        cut = await version.cut(continued=subject.continued)
        return twin.words * 2 >= len(cut.told.split())

    async def _whole(self, subject: Subject, version: Version, page: Page) -> Subject:
        """No brief is a page that shows little of an article and holds what that withholds."""
        sightings = await self.seen_in(version, page)
        holds = any(sighting.article.key == subject.article.key for sighting in sightings)
        return replace(subject, brief=False) if holds else subject
