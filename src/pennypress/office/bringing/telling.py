"""What a run would do, or did, in words."""

from __future__ import annotations

from collections.abc import Iterator

from pennypress.office.bringing.comparing import Change, Comparison

_SHOWN = 20


def told(comparison: Comparison) -> Iterator[str]:
    """The table of plans first, then how many rows become what, then the faults line by line."""
    yield f"Read as: {comparison.source.value}"
    yield ""
    yield "Their plan -> ours"
    for theirs, ours in comparison.mapping.items():
        yield f"  {theirs} -> {ours.name} ({ours.slug})"
    for theirs, many in comparison.unmapped.items():
        yield f'  {theirs or "(no name)"} -> none of ours, {many} of them: add --plan "{theirs}=OURS"'
    yield ""
    for change in Change:
        yield f"  {comparison.count(change):>7,} {change.value}"
    yield f"  {len(comparison.without_mail):>7,} without mail"
    yield f"  {len(comparison.twice):>7,} twice, of which the last counts"
    yield f"  {len(comparison.faults):>7,} with a fault"
    yield from _first(f"twice: {row.place}, {row.mail or row.name}" for row in comparison.twice)
    yield from _first(str(fault) for fault in comparison.faults)


def _first(lines: Iterator[str]) -> Iterator[str]:
    """The first twenty, and how many more there are."""
    more = 0
    for number, line in enumerate(lines):
        if number < _SHOWN:
            yield f"  {line}"
        else:
            more += 1
    if more:
        yield f"  and {more:,} more"
