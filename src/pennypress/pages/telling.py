"""Which runs of words are text, and which are rows of numbers, letters or months, such as stand anywhere.

The eight files of a chess board, ``<td>a</td>…<td>h</td>``, are eight words in a row, and each base64 alphabet holds
them.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import islice

from pennypress.pages.words import words

_REAL, _DIFFERENT = 5, 4
_SYLLABLES = "\u0900"
"""From here on a letter is a syllable or a word: its vowels are marks, or no spaces stand between words."""

_CALENDAR = frozenset(
    words(
        """
        january february march april may june july august september october november december
        jan feb mar apr jun jul aug sep sept oct nov dec
        monday tuesday wednesday thursday friday saturday sunday mon tue tues wed thu thur thurs fri sat sun
        mo tu th fr sa su di mi lu ju gi ve vi vr za zo
        januar februar märz mai juni juli oktober dezember jänner mär mrz okt dez
        montag dienstag mittwoch donnerstag freitag samstag sonnabend sonntag
        janvier février mars avril juin juillet août septembre octobre novembre décembre janv févr avr juil déc
        lundi mardi mercredi jeudi vendredi samedi dimanche lun mer jeu ven sam dim
        enero febrero marzo abril mayo junio julio agosto septiembre setiembre octubre noviembre diciembre ene abr ago
        dic lunes martes miércoles jueves viernes sábado domingo mié jue vie sáb dom
        gennaio febbraio aprile maggio giugno luglio settembre ottobre novembre dicembre gen mag giu lug set ott
        lunedì martedì mercoledì giovedì venerdì sabato domenica gio
        janeiro fevereiro março maio junho julho setembro outubro novembro dezembro fev out
        segunda terça quarta quinta sexta feira seg ter qua qui sex
        januari februari maart mei augustus mrt maandag dinsdag woensdag donderdag vrijdag zaterdag zondag
        mandag tirsdag onsdag torsdag fredag lørdag søndag måndag tisdag lördag söndag augusti maj
        styczeń luty marzec kwiecień czerwiec lipiec sierpień wrzesień październik listopad grudzień
        sty lut kwi cze lip sie wrz paź lis gru poniedziałek wtorek środa czwartek piątek sobota niedziela
        pn wt śr czw pt sob ndz
        ocak şubat mart nisan mayıs haziran temmuz ağustos eylül ekim kasım aralık
        oca şub nis haz tem ağu eyl eki kas ara pazartesi salı çarşamba perşembe cuma cumartesi pazar
        январь февраль март апрель май июнь июль август сентябрь октябрь ноябрь декабрь
        янв фев мар апр июн июл авг сен сент окт ноя нояб дек пн вт ср чт пт сб вс нд
        понедельник вторник среда четверг пятница суббота воскресенье
        січень лютий березень квітень травень червень липень серпень вересень жовтень листопад грудень
        понеділок вівторок середа четвер п'ятниця субота неділя
        ionawr chwefror mawrth ebrill mai mehefin gorffennaf awst medi hydref tachwedd rhagfyr
        يناير فبراير مارس أبريل مايو يونيو يوليو أغسطس سبتمبر أكتوبر نوفمبر ديسمبر
        ינואר פברואר מרץ אפריל מאי יוני יולי אוגוסט ספטמבר אוקטובר נובמבר דצמבר
        जनवरी फरवरी मार्च अप्रैल मई जून जुलाई अगस्त सितंबर अक्टूबर नवंबर दिसंबर
        日月火水木金土
        """
    )
)


def tell(plain: Sequence[str], length: int) -> Iterator[bool]:
    """Of each run of so many words, by the place of its first word, whether it tells something: five of them are words,
    and most of these different ones. Numbers, months and days of the week are none, nor are letters in a row."""
    whole = [_is_word(word) for word in plain]
    around = zip(plain, [True, *whole], whole, [*whole[1:], True], strict=False)
    real = [
        word if is_word or (before and after and len(word) == 1 and word.isalpha()) else ""
        for word, before, is_word, after in around
    ]
    count = sum(map(bool, real[: length - 1]))
    for first, last in enumerate(islice(real, length - 1, None)):
        count += bool(last)
        yield count >= _REAL and len(set(filter(None, real[first : first + length]))) >= _DIFFERENT
        count -= bool(real[first])


def _is_word(word: str) -> bool:
    if len(word) == 1:
        return word >= _SYLLABLES and not word.isnumeric() and word not in _CALENDAR
    letters = len(word) if word.isalpha() else sum(map(str.isalpha, word)) if word[0].isalpha() else 0
    return letters > 1 and word not in _CALENDAR
