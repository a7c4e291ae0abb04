"""Whose clock is wrong: offsets of sources against an agreed time, from messages whose text occurs once in each copy.

The agreed time is that of the middle clock among phones linked by shared conversations: weighted towards sources that
carry their zone and their seconds. A group of sources that share no conversation with others has its own agreed time;
where only two clocks disagree nobody can say which is wrong, and the more precise one is taken.
"""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pandas as pd

from analysis.intake.result import Intake
from analysis.reconcile.ledger import DISTINCTIVE_CHARACTERS

LEAST_PAIRS = 2  # one pair could be a coincidence or an edit
STRAY_S = 120.0  # a pair that stands further from its source's offset than this hints at a step (zone, clock change)
STRAY_SHARE = 0.01
COARSE_S = 61.0  # two readings of one moment, one of them cut to the minute, stand no further apart than this
DRIFT_S = 4.0  # the same for drift, among clocks read to the second
STEP_PAIRS = 9  # pairs in the running median that finds steps: a step needs five in a row


def anchors(ledger: pd.DataFrame, thread: np.ndarray) -> pd.DataFrame:
    """Copies whose text is distinctive, stands once in its source's thread and stands in another source's too."""
    fit = (ledger["length"] >= DISTINCTIVE_CHARACTERS) & ledger["pairable"] & (thread >= 0) & ~ledger["fold"]
    rows = ledger.loc[fit, ["source", "sender", "key", "t", "width"]]
    rows = rows.assign(thread=thread[fit], row=np.flatnonzero(fit))
    rows = rows[~rows.duplicated(["thread", "key", "source"], keep=False)]
    return rows[rows.duplicated(["thread", "key"], keep=False)]


def estimate(ledger: pd.DataFrame, thread: np.ndarray, intake: Intake) -> tuple[pd.DataFrame, np.ndarray]:
    """Offsets table (contract columns) and the offset of every copy, in seconds (source clock minus agreed time)."""
    sources = intake.sources.sort_values("source_id").reset_index(drop=True)
    found = anchors(ledger, thread)
    weight = _weights(ledger, sources)
    pairs = _hub_pairs(found, weight)
    offset = _solve(pairs, len(sources), _phones(sources), weight)
    residual = _residuals(found, offset, weight)
    table = _table(sources, found, residual, offset)
    return table, offset[ledger["source"]] + _steps(ledger, found, offset, weight)


def _weights(ledger: pd.DataFrame, sources: pd.DataFrame) -> np.ndarray:
    """Trust in a source's clock: a carried zone counts four times, written seconds twice."""
    fine = ledger.groupby("source")["width"].median().reindex(range(len(sources))).fillna(30.0).to_numpy() < 1
    embedded = (sources["zone_basis"].fillna("") == "embedded").to_numpy()
    return np.where(embedded, 4.0, 1.0) * np.where(fine, 2.0, 1.0)


def _phones(sources: pd.DataFrame) -> np.ndarray:
    """Code of the device a source was exported from; a source without custodian is a device of its own."""
    custodian = sources["custodian_id"].fillna("")
    alone = sources["source_id"].where(custodian == "", "")
    label = custodian + "\x1f" + sources["channel"].fillna("") + "\x1f" + sources["address"].fillna("") + alone
    codes: np.ndarray = pd.factorize(label, sort=True)[0]
    return codes


def _hub_pairs(found: pd.DataFrame, weight: np.ndarray) -> pd.DataFrame:
    """Median difference of each source to the best-connected source that holds the same texts: source, hub, d, n."""
    size = found.groupby(["thread", "source"])["key"].transform("size")
    rows = found.assign(rank=-size * weight[found["source"]]).sort_values(["thread", "key", "rank", "source"])
    group = rows.groupby(["thread", "key"], sort=False)
    rows = rows.assign(
        hub=group["source"].transform("first"), hub_t=group["t"].transform("first"),
        hub_width=group["width"].transform("first"),
    )  # fmt: skip
    rows = rows[rows["hub"] != rows["source"]]
    rows = rows.assign(d=rows["t"] - rows["hub_t"])
    measured = [
        (source, hub, *_difference(pair["d"].to_numpy(), pair["width"].iloc[0] > 1, pair["hub_width"].iloc[0] > 1))
        for (source, hub), pair in rows.groupby(["source", "hub"])
    ]
    return pd.DataFrame(measured, columns=["source", "hub", "d", "n", "error"])


def _difference(d: np.ndarray, coarse: bool, hub_coarse: bool) -> tuple[float, int, float]:
    """Difference of two clocks from their pairs, the number of pairs, and the error to expect (seconds).

    A clock read to the minute against one read to the second spreads evenly over a minute, so the middle of the range
    is the best estimate; two clocks read to the minute differ by whole minutes whose mean is the difference.
    """
    middle = float(np.median(d))
    near = _densest(d, COARSE_S) if coarse != hub_coarse else d[np.abs(d - middle) <= (COARSE_S if coarse else STRAY_S)]
    if coarse and hub_coarse:
        return float(near.mean()), len(d), 30.0 / len(near) ** 0.5
    if coarse or hub_coarse:
        return float(near.min() + near.max()) / 2, len(d), 60.0 / len(near)
    spread = float(np.median(np.abs(d - middle)))
    return middle, len(d), max(spread, 1.0) / len(near) ** 0.5


def _densest(d: np.ndarray, span: float) -> np.ndarray:
    """The most of these values that lie within `span` of each other: a stray one beside them moves nothing."""
    ordered = np.sort(d)
    ends = np.searchsorted(ordered, ordered + span, side="right")
    first = int(np.argmax(ends - np.arange(len(ordered))))
    return ordered[first : ends[first]]


def _solve(pairs: pd.DataFrame, n: int, phones: np.ndarray, weight: np.ndarray) -> np.ndarray:
    """Offsets along the strongest tree of pairs, sources of one phone tied last; zero at each component's middle."""
    tree: dict[int, list[tuple[int, float]]] = {source: [] for source in range(n)}
    root = list(range(n))

    def find(node: int) -> int:
        while root[node] != node:
            root[node] = root[root[node]]
            node = root[node]
        return node

    same = [(b, a, 0.0) for a, b in _neighbours(phones)]
    strong = pairs[pairs["n"] >= LEAST_PAIRS].sort_values(["error", "source", "hub"])
    for source, hub, d in [*strong[["source", "hub", "d"]].itertuples(index=False, name=None), *same]:
        if find(source) != find(hub):
            root[find(source)] = find(hub)
            tree[hub].append((source, d))
            tree[source].append((hub, -d))
    offset = np.zeros(n)
    component = np.array([find(node) for node in range(n)], dtype=int)
    for start in sorted(set(component.tolist())):
        stack, seen = [start], {start}
        while stack:
            node = stack.pop()
            for other, d in tree[node]:
                if other not in seen:
                    seen.add(other)
                    offset[other] = offset[node] + d
                    stack.append(other)
    centred: np.ndarray = offset - _shift(offset, component, weight)
    return centred


def _neighbours(phones: np.ndarray) -> list[tuple[int, int]]:
    order = np.argsort(phones, kind="stable")
    return [(int(a), int(b)) for a, b in pairwise(order.tolist()) if phones[a] == phones[b]]


def _shift(offset: np.ndarray, component: np.ndarray, weight: np.ndarray) -> np.ndarray:
    """For each source the weighted median offset of its component."""
    shift = np.zeros(len(offset))
    for one in np.unique(component):
        members = np.flatnonzero(component == one)
        order = members[np.lexsort((members, offset[members]))]
        total = np.cumsum(weight[order])
        shift[members] = offset[order[int(np.searchsorted(total, total[-1] / 2))]]
    return shift


def _residuals(found: pd.DataFrame, offset: np.ndarray, weight: np.ndarray) -> pd.Series:
    """Distance of each anchor from the agreed time of its text: the median, of two the more trusted."""
    true = found["t"] - offset[found["source"].to_numpy()]
    rows = found.assign(true=true, trust=-weight[found["source"]]).sort_values(["thread", "key", "trust", "source"])
    group = rows.groupby(["thread", "key"], sort=False)["true"]
    agreed = group.transform("median").where(group.transform("size") > 2, group.transform("first"))
    residual: pd.Series = (rows["true"] - agreed).reindex(found.index)
    return residual


def _table(sources: pd.DataFrame, found: pd.DataFrame, residual: pd.Series, offset: np.ndarray) -> pd.DataFrame:
    by_source = residual.groupby(found["source"])
    spread = by_source.agg(lambda values: float((values - values.median()).abs().median()))
    table = pd.DataFrame({"source": spread.index, "spread_s": spread.to_numpy(float), "n_pairs": by_source.size()})
    table = table.assign(
        source_id=sources["source_id"].to_numpy()[table["source"]],
        offset_s=np.round(offset[table["source"]], 3),
        basis="pairs",
    )
    table["basis"] = table["basis"].mask(table["offset_s"] == 0, "reference")
    return table[["source_id", "offset_s", "spread_s", "n_pairs", "basis"]].reset_index(drop=True)


def _steps(ledger: pd.DataFrame, found: pd.DataFrame, offset: np.ndarray, weight: np.ndarray) -> np.ndarray:
    """What is left after one offset per source: running medians where a clock drifts, or it or its zone changed midway.

    Steps are looked for first; then drift, among clocks read to the second alone.
    """
    extra = np.zeros(len(ledger))
    source = ledger["source"].to_numpy()
    fine = found[found["width"] <= 1]
    fine = fine[fine.duplicated(["thread", "key"], keep=False)]
    for limit, rows in ((STRAY_S, found), (DRIFT_S, fine)):
        residual = _residuals(rows.assign(t=rows["t"] - extra[rows["row"]]), offset, weight)
        stray = (residual.abs() > limit).groupby(rows["source"]).agg(["mean", "sum"])
        for one in stray.index[(stray["mean"] >= STRAY_SHARE) & (stray["sum"] >= STEP_PAIRS // 2 + 1)]:
            own = rows.index[rows["source"] == one]
            running = residual[own].rolling(STEP_PAIRS, center=True, min_periods=STEP_PAIRS // 2 + 1).median()
            running = running.where(running.abs() > limit / 2, 0.0).fillna(0.0)
            _spread(extra, np.flatnonzero(source == one), own.to_numpy(), running.to_numpy())
    return extra


def _spread(extra: np.ndarray, rows: np.ndarray, anchors: np.ndarray, values: np.ndarray) -> None:
    """Add to each row the value of the anchor next to it in its source."""
    after = np.clip(np.searchsorted(anchors, rows), 0, len(anchors) - 1)
    before = np.clip(after - 1, 0, None)
    nearer = np.abs(anchors[before] - rows) < np.abs(anchors[after] - rows)
    extra[rows] += values[np.where(nearer, before, after)]
