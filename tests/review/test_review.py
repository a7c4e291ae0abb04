"""Batches go out as text and come back checked; what is kept from reviewers is counted and unmasking is signed."""

import csv
import io
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import xlsxwriter

from analysis import review, studies, written
from analysis.errors import JudgementError, ParameterError
from analysis.matter import Matter
from analysis.review import (
    active,
    apply,
    batch,
    draws,
    hidden,
    order,
    population,
    sheets,
    stopping,
    unmask,
    widget,
)  # fmt: skip
from analysis.review.draws import draw
from analysis.review.widget import FRONT, Coding
from analysis.sensitivity import judgements
from analysis.studies import replays
from handmade import at, fill, matter_folder, row

TEXTS = ("=HYPERLINK(\"http://evil.example\")", "+447700900123 is my number", "-1 and @SUM(A1)", "plain words\r\nsecond line",
         "the same long sentence that was forwarded to somebody else again", "\u202egnp.exe and a tab\tand more")  # fmt: skip


@pytest.fixture
def matter(tmp_path: Path) -> Matter:
    folder = matter_folder(tmp_path / "m")
    made = Matter.open(folder, out=tmp_path / "out")
    fill(made.store)
    rows = [row("messages", message_id=f"m{k:03}", thread_id="t-pair", channel="whatsapp", sent_at=at(k), kind="text",
                sender_identity_id="wa1", sender_person_id="alice", body=TEXTS[k % len(TEXTS)], best_copy_id=f"c{k}",
                n_copies=1, n_holders=1, n_expected=1) for k in range(12)]  # fmt: skip
    labels = [row("labels", label_id=f"l{k}", message_id=f"m{k:03}", scheme="business", method="model",
                  label="personal" if k == 7 else "business", score=0.001 if k == 7 else 0.99) for k in range(12)]  # fmt: skip
    labels.append(
        row(
            "labels",
            label_id="p",
            message_id="m003",
            scheme="privilege",
            label="legal_advice",
            method="rule",
            score=0.9,
        )
    )
    made.store.write("messages", rows)
    made.store.write("labels", labels)
    return made


def returned(path: Path, **changes: object) -> Path:
    """The CSV with cells changed: column -> value for every row, or {row: value}."""
    rows = list(csv.DictReader(io.StringIO(path.read_text(encoding="utf-8-sig"), newline="")))
    for name, value in changes.items():
        for place, one in enumerate(rows):
            one[name] = value.get(place, one[name]) if isinstance(value, dict) else value
    back = path.with_name("back.csv")
    with back.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.DictWriter(stream, rows[0])
        writer.writeheader()
        writer.writerows(rows)
    return back


def test_privileged_messages_stay_out_and_cells_are_never_formulas(matter: Matter) -> None:
    book, sheet = batch(matter, 20, "random")
    rows = list(csv.reader(io.StringIO(sheet.read_text(encoding="utf-8-sig"), newline="")))
    ids = [one[rows[0].index("message_id")] for one in rows[1:]]
    assert len(ids) == 11 and "m003" not in ids
    assert not [cell for one in rows for cell in one if cell[:1] in "=+-@" and cell]
    assert sheets.read(book).equals(sheets.read(sheet))
    texts = dict(zip(ids, sheets.read(sheet)["text"], strict=True))
    assert texts["m000"].startswith("=HYPER") and "[U+202E]" in texts["m005"]


def test_a_coded_sheet_comes_back_and_only_exact_copies_follow(matter: Matter) -> None:
    book, sheet = batch(matter, 1, "random")
    first = sheets.read(book).iloc[0]
    done = apply(matter, returned(sheet, label="Business ", why="clear"), coder="Ann")
    text = first["text"]
    assert (done.n_judged, done.n_blank) == (1, 0)
    assert done.n_copies == (1 if len(text) >= order.LEAST else 0)
    written = pd.read_csv(matter.folder / "judgements" / "labels.csv", dtype=str, keep_default_na=False)
    assert written.iloc[0][["label", "coder", "design"]].tolist() == ["business", "Ann", "random"]
    assert float(written.iloc[0]["chance"]) == pytest.approx(1 / 11)
    assert set(written["design"][1:]) <= {"copy"} and not written["chance"][1:].any()
    assert population(matter).set_index("message_id")["judged"][first["message_id"]]
    assert batch(matter, 3)[0].stem == "batch-B002"


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"label": "businesss"}, "unknown verdict"),
        ({"label": "business", "message_id": {0: "nobody"}}, "no such message"),
        ({"label": "business", "text": {0: "something else"}}, "text was edited"),
        ({"label": "business", "chance": "1"}, "was edited"),
        ({"label": "business", "coder": ""}, "nobody signed it"),
    ],
)
def test_what_was_not_in_the_batch_is_refused_whole(matter: Matter, changes: dict, said: str) -> None:
    sheet = batch(matter, 5)[1]
    with pytest.raises(JudgementError, match=said):
        apply(matter, returned(sheet, **changes), coder="" if "coder" in changes else "Ann")
    assert not (matter.folder / "judgements" / "labels.csv").exists()


def test_a_workbook_saved_by_hand_is_read(matter: Matter, tmp_path: Path) -> None:
    book, _ = batch(matter, 2)
    sheet = sheets.read(book).assign(label="personal", coder="Bo")
    with xlsxwriter.Workbook(str(tmp_path / "coded.xlsx")) as made:
        page = made.add_worksheet()
        for column, name in enumerate(sheet.columns):
            page.write_string(0, column, name)
            for line, cell in enumerate(sheet[name], 1):
                page.write_string(line, column, cell)
    assert apply(matter, tmp_path / "coded.xlsx").n_judged == 2
    (tmp_path / "broken.xlsx").write_bytes(b"PK no")
    with pytest.raises(JudgementError, match="cannot be read"):
        apply(matter, tmp_path / "broken.xlsx")


def test_hidden_messages_are_counted_masked_beside_others_and_unmasked_by_name(matter: Matter) -> None:
    assert hidden(matter).values.tolist() == [["m007", "rule"]]
    assert set(review.kept(matter)["why"]) == {"privileged", "clearly personal, by rule"}
    rows = sheets.read(batch(matter, 20, "random")[1]).set_index("message_id")
    assert rows["before"]["m008"] == sheets.MASKED and rows["text"]["m007"] == TEXTS[1]
    with pytest.raises(JudgementError, match="who asks and why"):
        unmask(matter, ["m007"], "Ann", "")
    with pytest.raises(JudgementError, match="not a hidden message"):
        unmask(matter, ["m001"], "Ann", "asked")
    assert unmask(matter, ["m007"], "Ann", "asked by counsel") == 1
    assert review.kept(matter).set_index("message_id")["why"].to_dict() == {
        "m003": "privileged", "m007": "shown on request (unmasked)",
    }  # fmt: skip
    assert studies.coding.kept(review.kept(matter))["n_messages"].tolist() == [1, 1]
    assert hidden(matter).empty and "asked by counsel" in (matter.folder / "judgements" / "unmasked.csv").read_text()


def test_designs() -> None:
    rows = pd.DataFrame({"message_id": [f"m{k}" for k in range(100)], "score": np.linspace(0, 1, 100), "judged": False,
                         "stratum": ["a"] * 4 + ["b"] * 96, "text": "x", "truth": np.nan, "control": False})  # fmt: skip
    both = draw(rows, 20, "stratified", 1)
    assert both.groupby("stratum").size().to_dict() == {"a": 4, "b": 16}
    assert both.groupby("stratum").chance.first().to_dict() == {"a": 1.0, "b": 16 / 96}
    assert draw(rows, 10, "random", 1).message_id.tolist() != draw(rows, 10, "random", 2).message_id.tolist()
    assert draw(rows, 3, "uncertainty", 1).message_id.tolist() in (["m48", "m49", "m50"], ["m49", "m50", "m51"])
    assert draw(rows, 2, "active", 1).message_id.tolist() == ["m98", "m99"]
    for n, design in ((3, "best"), (0, "random")):
        with pytest.raises(ParameterError):
            draw(rows, n, design, 1)


def test_a_control_sample_teaches_nothing_and_tells_how_far_the_review_is() -> None:
    texts = ["tender price"] * 10 + ["supper"] * 10 + ["ward round"] * 5
    rows = pd.DataFrame({"message_id": [f"m{k}" for k in range(25)], "score": 0.5, "stratum": "a", "text": texts,
                         "truth": [1.0, 1.0] + [np.nan] * 8 + [0.0] + [np.nan] * 9 + [1.0] + [np.nan] * 4})  # fmt: skip
    rows["judged"], rows["control"] = rows["truth"].notna(), rows.index.isin([1, 20])
    batch = draw(rows, 8, "active", 1)
    assert batch["text"].unique().tolist() == ["tender price"]  # what the control sample calls relevant is not sought
    assert [draws.reached(one) for one in batch["stratum"].unique()] == [(1, 2)]
    assert draws.reached("score 0 to 0.05") == (0, 0)


def test_rules_say_when_this_matter_may_stop(matter: Matter) -> None:
    says = stopping.advice(matter).set_index("rule")
    assert says["says"].tolist() == ["cannot tell", "cannot tell", "go on"]
    assert "holds 0 business messages and 14 are needed" in says.why["quantile"]
    rows = [(f"B{part}", f"m{k:03}", "business", "business", "Ann", f"2021-01-0{part}T00:00:00Z", "", design, stratum, "")
            for part, design, stratum, some in ((1, "control", "all", (0, 1, 2, 4)), (2, "active", "control 3 of 4", (5, 6, 8)))
            for k in some]  # fmt: skip
    written.append(matter.place("judgements") / judgements.FILE, judgements.COLUMNS, rows)
    matter = replace(matter, standards={"stop_recall": 0.3, "stop_budget": 0.5, "stop_least_read": 3})
    says = stopping.advice(matter).set_index("rule")
    assert says["says"].tolist() == ["go on", "go on", "stop"]  # of 4, by chance 3 are reached too often
    assert "reached 3 of 4" in says.why["quantile"] and "7 of 11" in says.why["budget"]
    written.append(
        matter.place("judgements") / judgements.FILE,
        judgements.COLUMNS,
        [(*rows[-1][:1], "m009", *rows[-1][2:8], "control 4 of 4", "")],
    )
    assert stopping.advice(matter)["says"][0] == "stop"
    written.append(matter.place("judgements") / judgements.FILE, judgements.COLUMNS, [("B1", "m010", *rows[0][2:])])
    assert "has changed" in stopping.advice(matter)["why"][0]


def test_near_duplicates_stand_beside_the_first_of_them() -> None:
    long = "please find below the note about the delivery that we discussed with the supplier on monday"
    texts = [long, "ok", "something quite different about the school run and supper tonight again", f"FYI {long}", "ok"]
    assert order.groups(texts) == [0, 1, 2, 0, 4]
    rows = pd.DataFrame({"message_id": list("abcde"), "thread_id": ["t", "t", "u", "u", "u"], "text": texts,
                         "sent_at": pd.date_range("2020-01-01", periods=5, tz="UTC")})  # fmt: skip
    assert order.ordered(rows).message_id.tolist() == ["a", "d", "b", "c", "e"]


def test_active_learning_finds_what_is_relevant_sooner_than_chance() -> None:
    random = np.random.default_rng(5)
    relevant = random.random(300) < 0.1
    words = np.array([f"w{k}" for k in range(200)])
    texts = [" ".join([*random.choice(words, 12), *(["tender", "price"] if hit else [])]) for hit in relevant]
    rows = active.matrix(texts)
    made = active.replay(rows, relevant, active.begin(relevant, 1))
    assert sorted(made) == list(range(300))
    assert active.wss(made, relevant) > 0.5 > abs(active.wss(random.permutation(300), relevant))
    assert active.read_for(np.arange(4), np.array([True, False, True, False]), 0.95) == 3


def test_the_learner_sees_what_scikit_learn_sees_and_orders_as_its_support_vector_machine() -> None:
    from sklearn.feature_extraction.text import TfidfVectorizer
    from sklearn.svm import LinearSVC

    random = np.random.default_rng(6)
    texts = [" ".join(f"W{k} é{k % 7} x" for k in random.zipf(1.3, 20) % 60) for _ in range(80)] + ["", "!"]
    rows = active.matrix(texts)
    theirs = TfidfVectorizer(ngram_range=(1, 2), sublinear_tf=True, max_df=active.MOST_COMMON).fit_transform(texts)
    assert np.allclose((rows @ rows.T).toarray(), (theirs @ theirs.T).toarray())
    judged = np.arange(40)
    relevant = np.array(["w3" in text.lower().split() for text in texts])[judged]
    assert 3 < relevant.sum() < 37
    n = relevant.sum()
    weight = np.where(relevant, 1.0, n / (active.RATIO * (len(relevant) - n)))
    machine = LinearSVC(C=active.STRENGTH, tol=1e-8, max_iter=10_000, random_state=0)
    machine.fit(theirs[judged], relevant, sample_weight=weight * len(weight) / weight.sum())
    assert np.allclose(active.scores(rows, judged, relevant), machine.decision_function(theirs), atol=1e-4)
    assert active.matrix(["", "a"]).shape == (2, 1)


def test_stated_bounds_hold_in_simulated_reviews() -> None:
    random = np.random.default_rng(8)
    relevant = random.random(400) < 0.2
    words = np.array([f"w{k}" for k in range(100)])
    said = relevant & (random.random(400) < 0.7)
    texts = [" ".join([*random.choice(words, 9), *(["tender"] if hit else [])]) for hit in said]
    rows = active.matrix(texts)
    orders = [relevant[active.replay(rows, relevant, active.begin(relevant, seed))] for seed in range(4)]
    made = replays.coverage(orders, 100, 150)
    assert min(made.stopped, made.bounded, made.labelled) >= 0.95 and 0.4 < made.read < 1
    careless = replays.coverage(orders, 50, 150, confidence=0.3)
    assert careless.stopped < 0.9 and careless.bounded < 0.9  # the simulation can tell


def test_replays_of_a_collection_say_where_rules_would_have_stopped() -> None:
    random = np.random.default_rng(9)
    relevant = random.random(300) < 0.3
    words = np.array([f"w{k}" for k in range(150)])
    texts = [" ".join([*random.choice(words, 9), *(["tender"] if hit else [])]) for hit in relevant]
    worded = pd.DataFrame({"text": texts, "truth": relevant.astype(float)})
    played = replays.orders(worded, 3)
    curves, stops = replays.curves(played), replays.stops(played).set_index("rule")
    assert len(played) == 3 and curves[["median", "low", "high"]].iloc[-1].tolist() == [1, 1, 1]
    assert (curves["best"] >= curves["high"]).all() and (curves["median"][1:-1] > curves["read"][1:-1]).all()
    quantile = stops.loc["quantile"]
    assert quantile.stopped > 0.9 and quantile.held >= quantile.promised == 0.95 and 0.2 < quantile.read < 0.6
    bound = stops.loc["elusion bound"]
    assert bound.held >= bound.promised and 0.5 < bound.recall < 1 and np.isnan(bound.stopped)
    assert stops.loc["budget", "read"] == 0.75 and stops.loc["knee", "stopped"] == 0
    assert replays.stops(played, 0.99).loc[0, "stopped"] == 0  # too few relevant ones in the sample to promise this
    few = replays.orders(worded.head(20))
    assert few == [] and replays.curves(few).empty and replays.stops(few).empty


def test_coding_key_by_key_leaves_a_trail_and_takes_back(matter: Matter) -> None:
    sheet = sheets.read(batch(matter, 3)[0])
    coding = Coding(matter, sheet, "Ann")
    coding.decide("business")
    coding.decide("personal")
    coding.undo()
    assert coding.shown()["place"] == 1 and coding.shown()["text"] == sheet["text"][1]
    coding.decide("business")
    in_force = judgements.read(matter).set_index("message_id")["label"]
    assert in_force.to_dict() == {sheet["message_id"][0]: "business", sheet["message_id"][1]: "business"}
    trail = pd.read_csv(matter.folder / "judgements" / "trail.csv")
    assert trail["act"].tolist() == ["decided", "decided", "undone", "decided"]
    with pytest.raises(ParameterError):
        coding.decide("maybe")
    with pytest.raises(ParameterError, match="every decision is signed"):
        Coding(matter, sheet, " ")
    with pytest.raises(JudgementError):
        Coding(matter, sheet.assign(text="edited"), "Ann")


def test_the_widget_shows_what_is_next(matter: Matter) -> None:
    pytest.importorskip("anywidget")
    made = widget(matter, batch(matter, 2)[0], "Ann")
    made._handle_custom_msg({"label": "business"}, [])
    assert made.shown["place"] == 1 and "innerHTML" not in FRONT.read_text(encoding="utf-8")
