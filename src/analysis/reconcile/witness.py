"""Which labels in different phones send the same messages: an alignment that does not look at senders."""

from __future__ import annotations

import numpy as np
import pandas as pd

from analysis.intake.result import Intake
from analysis.reconcile import offsets, threads
from analysis.reconcile.ledger import build, ordered, seconds
from analysis.reconcile.links import STEADY_S
from analysis.reconcile.members import WHO
from analysis.resolve.rows import mapping

SAMPLED = 60  # distinctive messages looked at per sender and source: shows three that agree, one in ten that do not
TOGETHER_S = 90.0  # lines of one happening stand this close in corrected time, seconds or minutes
PAIRS = ["identity_a", "identity_b", "n", "n_against", "evidence"]
SHOWN = ["occasion", "holder", "place", "identity_id", "evidence"]
COLUMNS = [*PAIRS, "occasion", "holder", "place", "identity_id"]


def witnesses(intake: Intake) -> pd.DataFrame:
    """Pairs of handles that sent the same distinctive messages as two custodians' sources hold them.

    Returns
    -------
    DataFrame
        Two sorts of rows. A pair of handles (`identity_a`, `identity_b`): `n` messages that stand under both,
        `n_against` of either that stand under some other handle of the same phone, `evidence` one message's two places.
        Or a label (`identity_id`) at an `occasion`, as `_occasions` gives it.
    """
    ledger = build(intake)
    chat = (ledger["channel"] != "email").to_numpy()
    if not chat.any():
        return pd.DataFrame(columns=COLUMNS)
    part = ledger["part"].to_numpy()
    merged = threads.merge(ledger, intake)
    thread = np.where(chat & (part >= 0), merged[part], -1)
    table, offset = offsets.estimate(ledger, thread, intake)
    found = offsets.anchors(ledger, thread)
    found = found.assign(t=found["t"] - offset[found["row"]])
    middle = found.groupby(["thread", "key"])["t"].transform("median")
    found = _sample(found[(found["t"] - middle).abs() <= STEADY_S])
    messages = _count(found, intake)
    by_part = pd.Series(merged, index=sorted(intake.threads["thread_id"]))
    shown = _occasions(intake, by_part, table.set_index("source_id")["offset_s"])
    return pd.concat([messages, shown], ignore_index=True).reindex(columns=COLUMNS)


def _sample(found: pd.DataFrame) -> pd.DataFrame:
    """Anchors among the first `SAMPLED`, in an order that mixes times, of any of their senders."""
    mixed = (found["key"].to_numpy(np.uint64) * np.uint64(2654435761)) % np.uint64(1 << 32)
    ordered = found.assign(mixed=mixed).sort_values(["mixed", "key", "row"])
    rank = ordered.groupby(["thread", "source", "sender"]).cumcount()
    kept = rank.groupby([ordered["thread"], ordered["key"]]).transform("min") < SAMPLED
    return ordered[kept].sort_values("row")


def _count(found: pd.DataFrame, intake: Intake) -> pd.DataFrame:
    copies = ordered(intake)
    sources = intake.sources.set_index("source_id")
    rows = found[["thread", "key", "row"]].assign(
        identity=copies["sender_identity_id"].to_numpy(dtype=object)[found["row"]],
        source=copies["source_id"].to_numpy(dtype=object)[found["row"]],
    )
    rows = rows[rows["identity"].notna()]
    holder = sources["custodian_id"].replace("", None).fillna(sources.index.to_series())
    kind = mapping(intake.identities, "identity_id", "kind")
    label = np.array([kind.get(one) == "name" for one in rows["identity"]], dtype=bool)
    rows["holder"] = rows["source"].map(holder) + np.where(label, "\x1flabels", "")  # a phone's text and its database
    pairs = rows.merge(rows, on=["thread", "key"], suffixes=("_a", "_b"))
    pairs = pairs[(pairs["holder_a"] != pairs["holder_b"])]
    if pairs.empty:
        return pd.DataFrame(columns=PAIRS)
    both = pairs.groupby(["identity_a", "identity_b", "holder_a", "holder_b"], as_index=False).agg(
        n=("row_a", "nunique"), row_a=("row_a", "min"), row_b=("row_b", "min")
    )
    one = both.groupby(["identity_a", "holder_a", "holder_b"])["n"].transform("sum")
    other = both.groupby(["identity_b", "holder_a", "holder_b"])["n"].transform("sum")
    both["n_against"] = one + other - 2 * both["n"]
    both = both[both["identity_a"] < both["identity_b"]]
    table = both.groupby(["identity_a", "identity_b"], as_index=False).agg(
        n=("n", "sum"), n_against=("n_against", "sum"), row_a=("row_a", "min"), row_b=("row_b", "min")
    )
    place = copies["source_id"].map(sources["path"]).astype(str) + " " + copies["locator"].astype(str)
    table["evidence"] = place.to_numpy()[table["row_a"]] + "; " + place.to_numpy()[table["row_b"]]
    return table[PAIRS].sort_values(["identity_a", "identity_b"], ignore_index=True)


def _occasions(intake: Intake, thread_of_part: pd.Series, clocks: pd.Series) -> pd.DataFrame:
    """One row per label at an occasion (a joining, a leaving) that at least two custodians' phones show.

    `occasion` (a code), `holder` (custodian or source), `place` (order in that phone), identity_id, evidence.
    `thread_of_part`: code of the merged conversation by the thread_id within a source; `clocks`: seconds by which each
    source is ahead. Each phone has its own labels for the same people: two that stand at one occasion may be one
    person, which `resolve` decides by elimination (see `hints.same_occasions`).
    """
    rows = intake.events[intake.events["kind"].isin([*WHO, "number_changed"])]
    side = rows["kind"].map(lambda kind: WHO.get(kind, ("actor", 0))[0])
    label = rows["actor_identity_id"].where(side == "actor", rows["target_identity_id"])
    sources = intake.sources.set_index("source_id")
    holder = sources["custodian_id"].where(sources["custodian_id"].notna(), sources.index.to_series())
    line = rows["locator"].astype("str").str.extract(r"(\d+)")[0].astype("float")
    found = pd.DataFrame({
        "thread": rows["thread_id"].map(thread_of_part), "kind": rows["kind"], "source": rows["source_id"],
        "holder": rows["source_id"].map(holder), "identity_id": label.fillna(rows["actor_identity_id"]),
        "t": seconds(rows["at"]) - rows["source_id"].map(clocks).fillna(0.0).to_numpy(float), "line": line,
        "evidence": rows["source_id"].map(sources["path"]).astype("str") + " " + rows["locator"].astype("str"),
    }).dropna(subset=["thread", "identity_id", "t"])  # fmt: skip
    found = found.sort_values(["thread", "kind", "t", "source", "line", "identity_id"], ignore_index=True)
    t = found["t"].to_numpy()
    new = np.ones(len(found), dtype=bool)
    keys = found[["thread", "kind"]]
    new[1:] = (np.diff(t) > TOGETHER_S) | keys.ne(keys.shift()).any(axis=1)[1:]
    found["occasion"] = np.cumsum(new)
    several = found.groupby("occasion")["holder"].transform("nunique") > 1
    found = found[several].drop_duplicates(["occasion", "holder", "identity_id"])
    found = found.sort_values(["occasion", "holder", "line", "evidence"], ignore_index=True)
    found["place"] = found.groupby(["occasion", "holder"]).cumcount()
    return found[SHOWN]
