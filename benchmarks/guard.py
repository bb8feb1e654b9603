"""What the leak guard costs: processor time on a page not seen before, beside reading and cutting it; and on one seen.

Run as ``python -m benchmarks.guard [folder]``: a folder of HTML pages, each taken for an article; without one, made
pages. Each page holds an article that is known, which costs more to look at than one that holds none.
"""

from __future__ import annotations

import random
import statistics
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from string import ascii_lowercase

from benchmarks.withheld_text import page, sentence
from pennypress.core.article import Article
from pennypress.errors import Undecodable
from pennypress.http.verdicts import digest
from pennypress.pages.guard import Guard, known_text
from pennypress.pages.page import PageOptions, read_page
from pennypress.pages.source import read_text

_MADE = 20
_PAGES_AT_MOST = 60
_OPTIONS = PageOptions()


def bodies(folder: Path | None) -> Iterator[bytes]:
    """The pages to be measured with."""
    if folder is not None:
        yield from (path.read_bytes() for path in sorted(folder.rglob("*.html"))[:_PAGES_AT_MOST])
        return
    for seed in range(_MADE):
        chance = random.Random(seed)
        story = "".join(f"<p>{sentence(chance, 45)}.</p>" for _ in range(25))
        yield page(chance, 100_000, "").replace("<p>Preview.</p>", story).encode()


def seconds(task: Callable[[], object], best_of: int = 3) -> float:
    """The least processor time of a few runs."""
    times = []
    for _ in range(best_of):
        start = time.process_time()
        task()
        times.append(time.process_time() - start)
    return min(times)


def after_a_lesson(text: str) -> float:
    """What one article that is learned later costs on a page that was looked at twice and held nothing."""
    guard = Guard()
    chance = random.Random(0)
    told = [" ".join("".join(chance.choices(ascii_lowercase, k=5)) for _ in range(600)) for _ in range(2)]
    names = [f"/news/of-another-{number}" for number in range(2)]
    lessons = [
        known_text(Article(name, (name,), ""), name, "", "", said) for name, said in zip(names, told, strict=True)
    ]
    guard.learn(lessons[:1])
    looked = guard.look_again(lambda: text, guard.look_again(lambda: text, None))
    guard.learn(lessons[1:])
    return seconds(lambda: guard.ruled_out(looked))


def main() -> None:
    """Print the figures."""
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else None
    guard, pages = Guard(), []
    for number, body in enumerate(bodies(folder)):
        try:
            cut = read_page(body, None, _OPTIONS, address=f"/news/{number}").cut()
        except Undecodable:
            continue
        article = Article(f"/news/{number}", (f"/news/{number}",), cut.title)
        guard.learn((known_text(article, f"/news/{number}", "", cut.preview, cut.told),))
        pages.append(body)
    cuts = [seconds(lambda body=body: read_page(body, None, _OPTIONS, address="/").cut()) for body in pages]  # type: ignore[misc]
    texts = [read_text(body, None).text for body in pages]
    looks = [seconds(lambda text=text: guard.look(text)) for text in texts]  # type: ignore[misc]
    seen = [seconds(lambda body=body: digest(body)) for body in pages]  # type: ignore[misc]
    later = [after_a_lesson(text) for text in texts]
    size = statistics.mean(map(len, pages))
    print(f"{len(pages)} pages of {size / 1000:.0f} kB on average, as many articles known")
    print(f"read and cut:       {statistics.mean(cuts) * 1000:.1f} ms a page")
    print(f"looked at, unseen:  {statistics.mean(looks) * 1000:.1f} ms, {sum(looks) / sum(cuts):.2f} times that")
    print(f"looked at, seen:    {statistics.mean(seen) * 1000:.3f} ms")
    print(f"of no known article, one learned later: {statistics.mean(later) * 1000:.3f} ms")


if __name__ == "__main__":
    main()
