"""Which copies are one message: same conversation, sender and text, near in corrected time, in order.

Nearly all copies fall into chains (runs of copies of one text by one sender, each near the next in time) that hold
every source at most once: such a chain is a message. Only chains in which a source repeats ("ok", "ok") are looked at
one by one, and settled by order and by the messages around them. What then still stands alone is tried against wider
rules: sender unknown to one side, time far off, tombstone beside text, edited wording.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pandas as pd

from analysis.reconcile.leftovers import join_leftovers

SLACK_S = 8.0  # beyond the written precision: delivery and rounding between phones, once clocks are corrected
UNSURE_S = 30.0  # by which the offset of a clock read to the minute may be wrong
LARGE = 10_000  # cells of an order-preserving alignment beyond which order alone decides
SKIP = 50.0  # cost of leaving a copy unpaired: above any admissible pair
NEEDED = ["source", "part", "channel", "sender", "key", "length", "t", "width", "seq", "deleted", "kind", "native"]
FAR = 20.0  # a difference of neighbours beyond this counts no more


def group(
    ledger: pd.DataFrame, thread: np.ndarray, offset: np.ndarray, known: np.ndarray, bodies: pd.Series
) -> np.ndarray:
    """Message code of every copy.

    Parameters
    ----------
    ledger
        Working frame (`ledger.build`).
    thread
        Merged conversation of each copy, -1 for copies that are matched otherwise (mail).
    offset
        Seconds by which each copy's clock is ahead of the agreed time.
    known
        For each sender code, whether that person is known by more than a label.
    bodies
        Text of each copy, to compare wordings.

    Returns
    -------
    ndarray
        One code per copy; copies with one code are one message. Copies that are not pairable keep a code of their own.
    """
    rows = ledger[NEEDED].assign(thread=thread, t=ledger["t"] - offset, row=np.arange(len(ledger)))
    rows = rows[(ledger["pairable"] & (thread >= 0)).to_numpy()]
    code = np.arange(len(ledger), dtype=np.int64)
    if rows.empty:
        return code
    by_key = ledger["native"].notna().to_numpy()
    rows = _chains(rows)
    code[rows["row"]] = rows.groupby("chain")["row"].transform("min")
    code = _settle(rows, code)
    code = _by_native(ledger, thread, code) if by_key.any() else code
    return join_leftovers(rows.assign(code=code[rows["row"]]), code, known, bodies)


def _by_native(ledger: pd.DataFrame, thread: np.ndarray, code: np.ndarray) -> np.ndarray:
    """Copies that carry one native id in one conversation are one message, with all that was matched to either."""
    rows = pd.DataFrame({"thread": thread, "native": ledger["native"], "code": code})
    rows = rows[rows["native"].notna() & (thread >= 0)]
    while True:
        least = rows.groupby(["thread", "native"])["code"].transform("min")
        if (least == rows["code"]).all():
            return code
        moved = least.groupby(rows["code"]).min()
        code = pd.Series(code).map(moved).fillna(pd.Series(code)).to_numpy(np.int64, copy=True)
        rows["code"] = code[rows.index]


def _chains(rows: pd.DataFrame) -> pd.DataFrame:
    """Rows in the order conversation, sender, text, time, with `chain` and whether a source `repeats` in its chain."""
    order = np.lexsort([rows[name].to_numpy() for name in ("seq", "source", "t", "key", "sender", "thread")])
    rows = rows.iloc[order]
    t, reach = rows["t"].to_numpy(), rows["width"].to_numpy() + SLACK_S / 2
    new = np.ones(len(rows), dtype=bool)
    new[1:] = False
    for name in ("thread", "sender", "key"):
        values = rows[name].to_numpy()
        new[1:] |= values[1:] != values[:-1]
    latest = pd.Series(t + reach).groupby(np.cumsum(new)).cummax().to_numpy()
    new[1:] |= (t - reach)[1:] > latest[:-1]  # a copy read to the minute reaches over those between
    rows = rows.assign(chain=np.cumsum(new) - 1, low=t - reach, high=t + reach)
    repeated = rows.duplicated(["chain", "source"], keep=False).to_numpy()
    repeated = repeated | rows["chain"].isin(_several(rows, ["chain"])).to_numpy()
    unlike = rows["kind"].to_numpy() != ""
    kinds = rows[unlike].groupby("chain")["kind"].nunique()
    mixed = rows["chain"].isin(kinds.index[kinds > 1]).to_numpy() if unlike.any() else False
    doubtful = np.zeros(int(rows["chain"].iloc[-1]) + 1, dtype=bool)
    doubtful[rows["chain"].to_numpy()[repeated | mixed]] = True
    return rows.assign(repeats=doubtful[rows["chain"]])


def _several(rows: pd.DataFrame, by: list[str]) -> pd.Index:
    """Groups of WhatsApp copies in which two keys of the app stand: these are two messages at least."""
    keyed = rows[rows["native"].notna() & (rows["channel"] == "whatsapp")]
    counts = keyed.groupby(by)["native"].nunique()
    return counts.index[counts > 1]


def _settle(rows: pd.DataFrame, code: np.ndarray) -> np.ndarray:
    """Split the chains in which a source repeats: by rank where all sources agree on the number, else one by one."""
    doubtful = rows[rows["repeats"]]
    if doubtful.empty:
        return code
    doubtful = doubtful.sort_values(["chain", "source", "seq"], kind="stable")
    counts = doubtful.groupby(["chain", "source"])["row"].size().groupby("chain").agg(["min", "max", "size"])
    kinds = doubtful[doubtful["kind"] != ""].groupby("chain")["kind"].nunique().reindex(counts.index).fillna(0)
    even = counts.index[(counts["min"] == counts["max"]) & (kinds <= 1)]
    ranked = doubtful.assign(rank=doubtful.groupby(["chain", "source"]).cumcount())
    unlike = {chain for chain, _ in _several(ranked, ["chain", "rank"])}
    ends = ranked.groupby(["chain", "rank"])[["low", "high"]].agg({"low": "max", "high": "min"})
    unlike |= {chain for chain, _ in ends.index[ends["low"] > ends["high"] + UNSURE_S]}
    even = even[~even.isin(unlike)]
    same = doubtful[doubtful["chain"].isin(even)]
    rank = same.groupby(["chain", "source"]).cumcount()
    code[same["row"]] = same["row"].groupby([same["chain"], rank]).transform("min")
    before, after = _neighbours(rows, code)
    for _, chain in doubtful[~doubtful["chain"].isin(even)].groupby("chain"):
        held = chain["row"].to_numpy()
        code[held] = held[_align_chain(chain, before[held], after[held])]
    return code


def _neighbours(rows: pd.DataFrame, code: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """For each copy the place, in its conversation, of the settled message next before and after it in its source."""
    settled = rows[~rows["repeats"]]
    middle = settled["t"].groupby(code[settled["row"]]).median()
    place = pd.Series(np.argsort(np.argsort(middle.to_numpy(), kind="stable")), index=middle.index)
    before, after = np.zeros(len(code)), np.zeros(len(code))
    ordered = rows[["part", "seq", "row", "repeats"]].sort_values(["part", "seq", "row"])
    known = pd.Series(code[ordered["row"]], index=ordered.index).map(place).where(~ordered["repeats"])
    before[ordered["row"]] = known.groupby(ordered["part"]).ffill().fillna(-1)
    after[ordered["row"]] = known.groupby(ordered["part"]).bfill().fillna(len(place))
    return before, after


def _align_chain(chain: pd.DataFrame, before: np.ndarray, after: np.ndarray) -> np.ndarray:
    """For each row of the chain the position (within the chain) of the row that stands for its message."""
    t, width = chain["t"].to_numpy(), chain["width"].to_numpy()
    kind, source = chain["kind"].to_numpy(), chain["source"].to_numpy()
    native = chain["native"].where(chain["channel"] == "whatsapp").fillna("").to_numpy(dtype=object)
    stands = np.arange(len(chain))
    groups = [np.flatnonzero(source == one) for one in np.unique(source)]
    groups.sort(key=lambda rows: (-len(rows), width[rows].min(), int(source[rows[0]])))
    slots = groups[0].tolist()

    def cost(i: int, j: int) -> float:
        gap = abs(t[i] - t[j])
        if native[i] and native[j]:
            return 0.0 if native[i] == native[j] else 2 * SKIP + 1
        if gap > width[i] + width[j] + SLACK_S or (kind[i] and kind[j] and kind[i] != kind[j]):
            return 2 * SKIP + 1
        around = abs(before[i] - before[j]) + abs(after[i] - after[j])
        return float(gap / (width[i] + width[j] + SLACK_S) + min(around, FAR))

    for rows in groups[1:]:
        pairs = _in_order(slots, rows.tolist(), cost)
        for slot, row in pairs:
            stands[row] = slot
        paired = {row for _, row in pairs}
        slots += [row for row in rows.tolist() if row not in paired]
        slots.sort(key=lambda i: (t[i], before[i], i))
    return stands


def _in_order(left: list[int], right: list[int], cost: Callable[[int, int], float]) -> list[tuple[int, int]]:
    """Cheapest order-preserving pairing of two short sequences."""
    if len(left) * len(right) > LARGE:
        return [(a, b) for a, b in zip(left, right, strict=False) if cost(a, b) <= 2 * SKIP]
    best = np.zeros((len(left) + 1, len(right) + 1))
    best[1:, 0] = SKIP * np.arange(1, len(left) + 1)
    best[0, 1:] = SKIP * np.arange(1, len(right) + 1)
    for i, a in enumerate(left, 1):
        for j, b in enumerate(right, 1):
            best[i, j] = min(best[i - 1, j] + SKIP, best[i, j - 1] + SKIP, best[i - 1, j - 1] + cost(a, b))
    pairs, i, j = [], len(left), len(right)
    while i and j:
        if best[i, j] == best[i - 1, j - 1] + cost(left[i - 1], right[j - 1]):
            pairs.append((left[i - 1], right[j - 1]))
            i, j = i - 1, j - 1
        elif best[i, j] == best[i - 1, j] + SKIP:
            i -= 1
        else:
            j -= 1
    return pairs
