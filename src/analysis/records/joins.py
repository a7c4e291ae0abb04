"""Which of many short texts stand in which of many long ones: candidates by rare runs of words, then every word.

An inverted join on runs of three words, not all pairs: a run that stands in more than a few long texts is boilerplate
and proposes nothing. Each candidate is then compared word by word along the line on which it would stand, so that the
answer does not depend on how it was proposed. Cannot show: a text of which fewer than three words running are left.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from analysis.records.tokens import Places, Tokens, Words, loops

RUN = 3  # words: shorter runs propose everything, longer ones lose texts in which a fifth of the words were changed
COMMON = 30  # long texts: a run that stands in more is boilerplate...
COMMON_SHARE = 0.001  # ...or in more than this share of them, whichever is more
PAIRS = 4_000  # short times long texts that share one run: more propose nothing
NEEDED_SHARE = 0.12  # of its runs must be met before a text is compared: chance meets one or two of a long text
STRIDE = 7  # words a text may have lost or gained before a place counts as another place
BLOCK = 1 << 20  # words of candidates compared at a time
PAIR_SLOTS = 24  # bits of the number by which pairs are counted roughly, to drop most of them before they are sorted
WIDEST = 31  # bits of a place in the compiled loops, which use those above it of a run's number
STEP = 64  # words of the long texts between those whose text is known without looking
SCAN = 1 << 16  # words whose runs are numbered at a time: they stay in the processor's cache
_A, _B, _C = (np.uint64(value) for value in (0x9E3779B97F4A7C15, 0xC2B2AE3D27D4EB4F, 0x165667B19E3779F9))


@dataclass(frozen=True)
class Found:
    """Places where a short text may stand in a long one, a row each.

    `text`, `item`: the short and the long text. `at`: word of the item at which the run of `run` words begins that is
    the same in both, `skipped` words into the text. `same`: words on this line that are the same. `low`, `high`: first
    and last+1 of them, in the item.
    """

    text: Places
    item: Places
    at: Places
    skipped: Places
    run: Places
    same: Places
    low: Places
    high: Places

    @property
    def line(self) -> Places:
        """Word of the item on which the first word of the text would fall."""
        return self.at - self.skipped

    def changes(self) -> NDArray[np.bool_]:
        """Whether a row begins another pair of texts than the row before."""
        new = (self.text[1:] != self.text[:-1]) | (self.item[1:] != self.item[:-1])
        return np.concatenate([[True], new])[: len(self.text)]

    def places(self) -> Found:
        """Lines of a pair that are close to each other as one row: the longest run, `low` to `high` the lines."""
        line = self.line
        first = np.flatnonzero(self.changes() | (np.diff(line, prepend=0) > STRIDE))
        last = np.append(first[1:], len(line))[: len(first)] - 1
        run = np.maximum.reduceat(self.run, first)
        return Found(self.text[first], self.item[first], line[first], 0 * first, run, run, line[first], line[last])

    def take(self, chosen: Any) -> Found:
        """Some of the rows."""
        return Found(*(getattr(self, name)[chosen] for name in self.__dataclass_fields__))


def found(short: Tokens, long: Tokens) -> Found:
    """Every place worth looking at, by text, item and line; the caller decides what share of a text must be there."""
    if not len(short.words) or not len(long.words):
        return Found(*(np.empty(0, np.int64) for _ in Found.__dataclass_fields__))
    bits = min(27, max(16, len(short.words).bit_length() + 3))
    width = max(len(short.words), len(long.words)).bit_length()  # bits of a run's number that give way to its place
    common = max(COMMON, int(COMMON_SHARE * (len(long.starts) - 1)))
    if width <= WIDEST and (fast := loops(len(short.words) + len(long.words))):
        return _looped(short, long, np.uint64(64 - bits), np.uint64(width), common, fast)
    mine, theirs = _shared(_met_twice(short, long, bits), np.uint64(width), common)
    text, item = np.searchsorted(short.starts, mine, "right") - 1, np.searchsorted(long.starts, theirs, "right") - 1
    line = theirs - (mine - short.starts[text])
    return _compared(short, long, *_lines(short, text, item, line))


def _looped(short: Tokens, long: Tokens, shift: np.uint64, width: np.uint64, common: int, fast: Any) -> Found:
    """The same places, compiled: runs of the long texts are sorted, those of the short ones looked up in them."""
    bitmap, keys = np.zeros(1 << (58 - int(shift)), np.uint64), np.empty(len(long.words), np.uint64)
    fast.mark(short.words, short.starts, bitmap, shift)
    keys = keys[: fast.met(long.words, long.starts, bitmap, shift, width, keys)].copy()
    keys.sort()
    size = max(8, len(keys).bit_length())
    upper, slots = np.uint64(64 - size), np.zeros((1 << size) + 1, np.int32)
    heads, places = np.empty_like(keys), np.empty(len(keys), np.int64)
    firsts = np.empty(len(keys) + 1, np.int64)
    owners = np.searchsorted(long.starts, np.arange(0, len(long.words), STEP), "right") - 1
    n = fast.grouped(keys, width, common, upper, (long.starts, owners, STEP), heads, firsts, places, slots)
    fast.narrowed(heads[:n], bitmap, shift)
    keys, n_short = np.empty(len(short.words), np.uint64), np.zeros(n, np.int64)
    keys = keys[: fast.met(short.words, short.starts, bitmap, shift, width, keys)]
    keys = keys[: fast.rares(keys, width, upper, heads, slots, n_short)]
    rare = firsts, places, n_short
    sides = short.words, short.starts, rare, long.words, long.starts
    return Found(*fast.joined(keys, *sides, PAIRS, NEEDED_SHARE))


def _runs(words: Words) -> NDArray[np.uint64]:
    """A number for each run of words, by its first word; the last ones of the array have none."""
    wide = words.astype(np.uint64)
    mixed = wide[:-2] * _A
    mixed ^= wide[1:-1] * _B
    mixed += wide[2:] * _C
    mixed ^= mixed >> np.uint64(29)
    mixed *= _A
    return mixed


def _numbers(tokens: Tokens, begin: int, end: int) -> tuple[NDArray[np.uint64], Places]:
    """Runs that begin in a stretch of words, and where; none crosses from one text into the next."""
    numbers = _runs(tokens.words[begin : min(end + RUN - 1, len(tokens.words))])
    whole = np.ones(len(numbers), bool)
    edges = tokens.starts[np.searchsorted(tokens.starts, begin) : np.searchsorted(tokens.starts, end + RUN)] - begin
    for back in range(1, RUN):
        cut = edges - back
        whole[cut[(cut >= 0) & (cut < len(numbers))]] = False
    places = np.flatnonzero(whole)
    return numbers[places], places + begin


def _met(tokens: Tokens, marks: NDArray[np.bool_], bits: int, keep: bool) -> tuple[NDArray[np.uint64], Places]:
    """Runs whose mark is set (`keep`), or set the marks of all."""
    numbers, places = [np.empty(0, np.uint64)], [np.empty(0, np.int64)]
    for begin in range(0, len(tokens.words), SCAN):
        some, where = _numbers(tokens, begin, min(begin + SCAN, len(tokens.words)))
        slots = some >> np.uint64(64 - bits)
        if keep:
            hit = marks[slots]
            numbers.append(some[hit])
            places.append(where[hit])
        else:
            marks[slots] = True
    return np.concatenate(numbers), np.concatenate(places)


def _met_twice(short: Tokens, long: Tokens, bits: int) -> list[tuple[NDArray[np.uint64], Places]]:
    """Runs of each side that the other may have too."""
    marks = np.zeros(1 << bits, bool)
    _met(short, marks, bits, keep=False)
    theirs = _met(long, marks, bits, keep=True)
    marks[:] = False
    marks[theirs[0] >> np.uint64(64 - bits)] = True
    return [_met(short, marks, bits, keep=True), theirs]


def _shared(sides: list[tuple[NDArray[np.uint64], Places]], width: np.uint64, common: int) -> tuple[Places, Places]:
    """Pairs of places (in the words of the short, of the long texts) at which the same rare run begins."""
    keys_long, first_long, n_long, place_long = _grouped(*sides[1], width)
    keys_short, first_short, n_short, place_short = _grouped(*sides[0], width)
    at = np.searchsorted(keys_long, keys_short)
    at[at == len(keys_long)] = 0
    hit = np.flatnonzero(keys_long[at] == keys_short) if len(keys_long) else np.empty(0, np.int64)
    a, b = hit, at[hit]
    rare = (n_long[b] <= common) & (n_short[a] * n_long[b] <= PAIRS)
    a, b = a[rare], b[rare]
    times = n_short[a] * n_long[b]
    within = np.arange(times.sum()) - np.repeat(np.cumsum(times) - times, times)
    wide = np.repeat(n_long[b], times)
    return (
        place_short[np.repeat(first_short[a], times) + within // wide],
        place_long[np.repeat(first_long[b], times) + within % wide],
    )


def _grouped(numbers: NDArray[np.uint64], places: Places, width: np.uint64) -> tuple[Any, Places, Places, Places]:
    """Distinct runs, where each one's places begin, how many it has; and the places, sorted by run."""
    keys = np.sort(numbers >> width << width | places.astype(np.uint64))
    runs = keys >> width
    first = np.flatnonzero(np.concatenate([[True], runs[1:] != runs[:-1]])) if len(runs) else np.empty(0, np.int64)
    sizes = np.diff(first, append=len(runs))
    return runs[first], first, sizes, (keys & ((np.uint64(1) << width) - np.uint64(1))).astype(np.int64)


def _lines(short: Tokens, text: Places, item: Places, line: Places) -> tuple[Places, Places, Places]:
    """Distinct lines (a text laid along an item) with enough shared runs between the two."""
    slot = (text * 0x9E3779B1 + item * 0x85EBCA77) & ((1 << PAIR_SLOTS) - 1)
    likely = np.bincount(slot)[slot] >= NEEDED_SHARE * (short.sizes[text] - RUN + 1)  # never too few by a shared slot
    text, item, line = text[likely], item[likely], line[likely]
    text, item, line = _ordered(text, item, line)
    new_pair = np.concatenate([[True], (text[1:] != text[:-1]) | (item[1:] != item[:-1])])[: len(text)]
    new_line = new_pair | np.concatenate([[True], line[1:] != line[:-1]])[: len(text)]
    pair = np.cumsum(new_pair) - 1
    met = np.bincount(pair, minlength=1)
    runs = np.maximum(short.sizes[text] - RUN + 1, 1)
    enough = (met[pair] >= NEEDED_SHARE * runs) & new_line
    return text[enough], item[enough], line[enough]


def _ordered(text: Places, item: Places, line: Places) -> tuple[Places, Places, Places]:
    """Lines by text, item and place: sorted as one number where the three fit into one."""
    first = int(line.min(initial=0))
    widths = [int(column.max(initial=0)).bit_length() for column in (item, line - first)]
    if int(text.max(initial=0)).bit_length() + sum(widths) > 63:
        order = np.lexsort((line, item, text))
        return text[order], item[order], line[order]
    keys = np.sort(((text << widths[0] | item) << widths[1]) | (line - first))
    upper = keys >> widths[1]
    return upper >> widths[0], upper & ((1 << widths[0]) - 1), (keys & ((1 << widths[1]) - 1)) + first


def _compared(short: Tokens, long: Tokens, text: Places, item: Places, line: Places) -> Found:
    """Compare every word of each text along its line."""
    sizes = short.sizes[text]
    cuts = np.searchsorted(np.cumsum(sizes), np.arange(BLOCK, sizes.sum() + BLOCK, BLOCK), "right") + 1
    parts, begin = [], 0
    for end in [*np.unique(np.minimum(cuts, len(text))).tolist(), len(text)]:
        if end > begin:
            parts.append(_block(short, long, text[begin:end], item[begin:end], line[begin:end]))
            begin = end
    columns = list(zip(*parts, strict=True)) if parts else [[np.empty(0, np.int64)]] * 5
    at, skipped, run, same, low, high = (np.concatenate(column) for column in columns) if parts else [line] * 6
    return Found(text, item, at, skipped, run, same, low, high)


def _block(short: Tokens, long: Tokens, text: Places, item: Places, line: Places) -> tuple[Places, ...]:
    laid = _laid(short, long, text, item, line)
    begins, ends = laid.stretches()
    owner, length = laid.row[begins], ends - begins
    best = np.lexsort((begins, -length, owner))
    owners, chosen = np.unique(owner[best], return_index=True)
    top, (at, skipped, run) = best[chosen], (line.copy(), np.zeros_like(line), np.zeros_like(line))
    at[owners], skipped[owners], run[owners] = laid.spot[begins[top]], laid.within[begins[top]], length[top]
    low, high = np.full(len(text), np.iinfo(np.int64).max), np.zeros(len(text), np.int64)
    np.minimum.at(low, owner, laid.spot[begins])
    np.maximum.at(high, owner, laid.spot[ends - 1] + 1)
    same = np.bincount(owner, length, len(text)).astype(np.int64)
    return at, skipped, run, same, low, high


@dataclass(frozen=True)
class _Laid:
    """Texts laid along items, word by word: line, word of the text, word of the item, whether the two are the same."""

    row: Places
    within: Places
    spot: Places
    same: NDArray[np.bool_]

    def stretches(self) -> tuple[Places, Places]:
        """Begin and end of each stretch of equal words; a stretch ends where its text ends."""
        edge = np.diff(np.concatenate([[False], self.same, [False]]))
        edge[np.flatnonzero(self.within == 0)] = True
        edges = np.flatnonzero(edge)
        kept = self.same[edges[:-1]]
        return edges[:-1][kept], edges[1:][kept]


def _laid(short: Tokens, long: Tokens, text: Places, item: Places, line: Places) -> _Laid:
    sizes = short.sizes[text]
    row = np.repeat(np.arange(len(text)), sizes)
    within = np.arange(len(row)) - (np.cumsum(sizes) - sizes)[row]
    spot = line[row] + within
    inside = (spot >= long.starts[item][row]) & (spot < long.starts[item + 1][row])
    same = inside & (short.words[short.starts[text][row] + within] == long.words[np.where(inside, spot, 0)])
    return _Laid(row, within, spot, same)
