"""The texts of one language: whole messages with their plural forms, dates and times as it writes them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, time

from babel.dates import format_date, format_skeleton, format_time

from pennypress.errors import ConfigurationError, Fault
from pennypress.messages.catalogue import read_catalogue
from pennypress.messages.languages import OFFERED, catalogue_of, locale_of
from pennypress.messages.wording import Message

_COMMAS = {"ar": "، ", "ja": "、", "zh": "、"}


class Texts:
    """The texts of one language, some of them replaced by the paper's own (checked beforehand)."""

    def __init__(self, language: str, replaced: Mapping[str, str] | None = None) -> None:
        """``language`` is a tag such as ``en-GB``. Raises ConfigurationError where there is no catalogue for it."""
        catalogue = catalogue_of(language)
        if catalogue is None:
            wrong = f'"{language}" is a language in which there are no texts'
            raise ConfigurationError((Fault("[paper] languages", wrong, f"choose from {', '.join(OFFERED)}"),))
        self.language = language
        self._locale = locale_of(language)
        self._catalogue = read_catalogue(catalogue)
        self._replaced = replaced or {}
        self._plural_form = self._locale.plural_form

    @property
    def direction(self) -> str:
        """``"ltr"`` or ``"rtl"``."""
        return self._locale.text_direction

    @property
    def comma(self) -> str:
        """What stands between two things that are listed."""
        return _COMMAS.get(self._locale.language, ", ")

    def wording(self, message: Message, n: int | None = None) -> str:
        """A message as it stands in this language, its placeholders not yet filled, in the plural form for ``n``."""
        if message.one is None:
            return self._replaced.get(message.name) or self._catalogue.pgettext(message.name, message.text)
        if n is None:
            raise ValueError(f"{message.name} counts: it needs a number")
        own = self._replaced.get(f"{message.name}.{self._plural_form(n)}")
        return own or self._catalogue.npgettext(message.name, message.one, message.text, n)

    def full_date(self, day: date) -> str:
        """A day in full: 1 December 2026."""
        return self._ordinal(day, format_date(day, "long", locale=self._locale))

    def day_and_month(self, day: date) -> str:
        """A day without its year: 1 December."""
        if self._locale.language == "cy":
            return format_date(day, "d MMMM", locale=self._locale)  # as in its long date; CLDR's short one turns them
        return self._ordinal(day, format_skeleton("MMMMd", day, locale=self._locale))

    def time_of_day(self, moment: time) -> str:
        """A time of the day to the minute: 06:00."""
        return format_time(moment, "short", locale=self._locale)

    def _ordinal(self, day: date, written: str) -> str:
        """French writes the first of a month as an ordinal, which CLDR's patterns cannot; a month's meter always
        resets on such a day."""
        if day.day == 1 and self._locale.language == "fr":
            return written.replace("1 ", "1er ", 1)
        return written


def plain(wording: str, **values: object) -> str:
    """A wording as plain text: its placeholders filled, its link marks taken off."""
    return wording.replace("<a>", "").replace("</a>", "").format(**values)
