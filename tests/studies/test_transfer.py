"""Whether labels carry over: hand-made wording that two custodians share, and one who writes otherwise."""

import numpy as np
import pandas as pd
import pytest

from analysis.studies import transfer

WORK, HOME = "contract budget supplier tender", "cake kids football supper"


def worded(n: int = 120) -> pd.DataFrame:
    """Three custodians: A and B write alike, C calls business by the words the others use at home."""
    place = np.arange(n)
    business = place % 2 == 0
    turned = place % 3 == 2
    random = np.random.default_rng(4)
    texts = [" ".join(random.permutation((WORK if said != odd else HOME).split())) for said, odd in zip(business, turned, strict=True)]  # fmt: skip
    return pd.DataFrame({
        "message_id": [f"m{k:03}" for k in place], "thread_id": [f"t{k % 3}-{k // 12}" for k in place], "text": texts,
        "custodian_id": np.array(["A", "B", "C"])[place % 3], "truth": business.astype(float),
        "score": np.where(turned, 1 - business, business).astype(float) * 0.9, "chance": 0.1, "batch": "B1",
        "sent_at": pd.Timestamp("2020-02-01", tz="UTC") + pd.to_timedelta(place, unit="D"),
    })  # fmt: skip


def test_auc_is_the_share_of_pairs_in_order() -> None:
    assert transfer.auc(np.array([True, False, True]), np.array([3.0, 2.0, 1.0])) == 0.5
    assert transfer.auc(np.array([True, False]), np.array([1.0, 1.0])) == 0.5
    assert np.isnan(transfer.auc(np.array([True, True]), np.array([1.0, 2.0])))


def test_what_one_custodian_teaches_is_measured_on_another() -> None:
    table = transfer.across(worded()).set_index("learned_from")
    assert table.loc["A", "B"] > 0.95 and table.loc["B", "A"] > 0.95 and table.loc["A", "C"] < 0.2
    assert np.isnan(table.loc["A", "A"]) and table.n_messages.tolist() == [40, 40, 40]
    assert transfer.across(worded(30)).empty
    assert transfer.across(worded().assign(thread_id="one")).set_index("learned_from").loc["A", ["B", "C"]].isna().all()


def test_whole_conversations_are_held_out_with_an_interval() -> None:
    alike = worded()[lambda rows: rows.custodian_id != "C"]
    alike["custodian_id"] = [f"c{k % 6}" for k in range(len(alike))]
    table = transfer.grouped(alike, resamples=60).set_index("held_out")
    assert table.auc["whole custodians"] == pytest.approx(1) and table.n_groups["whole custodians"] == 6
    assert (table.low <= table.auc).all() and (table.auc <= table.high + 1e-9).all() and len(table) == 3


def test_a_warning_stands_where_scores_and_coders_part() -> None:
    rows = worded()
    warned = transfer.drift(rows.assign(score=rows.truth * 0.8 + (rows.custodian_id == "C") * 0.2), rows.custodian_id, resamples=200)  # fmt: skip
    by = warned.set_index("of")
    assert (
        by.warning.to_dict() == {"A": "check anew", "B": "check anew", "C": "check anew"}
        and by.gap["C"] > 0 > by.gap["A"]
    )
    assert transfer.drift(rows.assign(score=rows.truth), rows.custodian_id).warning.tolist() == ["none"] * 3
    assert set(transfer.drift(rows.head(12), rows.custodian_id).warning) == {"cannot tell"}
    own = {"drift_gap": 0.9, "transfer_coded": 41}
    of_matter = lambda name, default: own.get(name, default)  # noqa: E731
    assert set(transfer.drift(rows, rows.custodian_id, resamples=200, standard=of_matter).warning) == {"none"}
    assert transfer.across(rows, of_matter).empty
    assert transfer.quarters(rows).iloc[[0, 60]].tolist() == ["2020Q1", "2020Q2"]


def test_telling_words_are_named_in_business_messages_only() -> None:
    rows = worded()
    found = transfer.telling(rows[rows.custodian_id != "C"], most=4)
    assert set(found.message_id) <= set(rows.message_id[rows.truth == 1]) and len(found) == 4
    words = {
        text[start:end]
        for text, spans in zip(found.text, found.spans, strict=True)
        for start, end, weight in spans
        if weight > 0
    }
    assert words == set(WORK.split())
    assert transfer.telling(rows[rows.truth == 1]).empty
