"""Business or personal: the two scorers agree, judgements outrank the model, the planted truth is found."""

from pathlib import Path
from zlib import crc32

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis import Matter
from analysis.sensitivity import business, business_context, business_model, business_scorer
from analysis.sensitivity.business_tokens import WIDTH, located, parts
from analysis.tables import TABLES

WEIGHTS = np.random.default_rng(3).normal(size=WIDTH).astype(np.float32)
WORK, HOME = (
    "Draft contract for the supplier meeting, budget attached",
    "Mum, can you bake a cake for the kids? love you xx",
)


@settings(deadline=None)  # the first call compiles
@given(st.lists(st.text(max_size=60), max_size=8))
def test_the_compiled_loop_gives_what_the_plain_way_gives(texts: list[str]) -> None:
    pytest.importorskip("numba")
    fast, plain = (business_scorer.margins(texts, WEIGHTS, plain=one) for one in (False, True))
    assert np.allclose(fast, plain, atol=1e-9)


def test_long_text_and_broken_letters_are_cut_alike() -> None:
    pytest.importorskip("numba")
    texts = ["é" * 5000, "x" * 5000, "a👍" * 1500, "12:30 " * 900, " £" * 1200, "w" * 16 + " " + "w" * 17, "x£" * 700]
    fast, plain = (business_scorer.margins(texts, WEIGHTS, plain=one) for one in (False, True))
    assert np.allclose(fast, plain, atol=1e-9)


def test_features_are_words_pairs_pieces_and_classes() -> None:
    assert parts(b"budget") == [crc32(one) for one in (b"wbudget", b"cbudg", b"cudge", b"cdget", b"lmoney")]
    found = list(located(b"Budget at 10"))
    assert [span for *span, _ in found] == [[0, 6], [0, 4], [1, 5], [2, 6], [0, 6], [7, 9], [0, 9], [10, 12], [7, 12]]
    matrix = business_scorer.counted(["Budget at 10", ""])
    assert sorted(matrix.indices) == sorted(place for *_, place in found) and matrix.shape == (2, WIDTH)
    assert np.allclose(matrix.data, 1 / 3) and matrix[[1]].nnz == 0


def test_half_a_surrogate_pair_is_scored_as_a_question_mark() -> None:
    pytest.importorskip("numba")
    for plain in (True, False):
        odd, marked = business_scorer.margins(["a \ud83d b", "a ? b"], WEIGHTS, plain=plain)
        assert odd == marked


def test_the_starting_model_leans_the_right_way_on_other_words_and_says_what_it_is() -> None:
    model = business_model.starting()
    work, home = model.margins([WORK, HOME])
    assert work > 0 > home
    assert "invented matter" in model.name and business_model.START.stat().st_size <= 300_000


def test_spans_name_the_words_that_speak_loudest() -> None:
    text = "É " + HOME
    found = business_model.spans(business_model.starting(), text, most=3)
    words = {text[start:end].lower() for start, end, _ in found}
    assert words & {"mum", "kids", "cake", "love", "xx"} and all(weight < 0 for *_, weight in found)


def frames(n: int = 4) -> dict[str, pd.DataFrame]:
    at = pd.date_range("2020-03-02 09:00", periods=n, freq="D", tz="UTC")
    texts = ([WORK, HOME] * n)[:n]
    messages = pd.DataFrame({"message_id": [f"m{k}" for k in range(n)], "thread_id": [f"t{k % 9}" for k in range(n)],
                             "sent_at": at, "sender_identity_id": "i1", "subject": None, "body": texts})  # fmt: skip
    return {
        "messages": messages,
        "recipients": pd.DataFrame({"message_id": messages.message_id, "identity_id": "i2"}),
        "identities": pd.DataFrame({"identity_id": ["i1", "i2"], "kind": ["email", "name"],
                                    "raw": ["A@dept.example", "Al"],
                                    "normal": ["a@dept.example", "al"], "person_id": ["p1", None]}),
        "people": pd.DataFrame({"person_id": ["p1"], "inside": pd.array([True], dtype="boolean")}),
        "threads": pd.DataFrame({"thread_id": [f"t{k}" for k in range(9)], "title": None}),
    }  # fmt: skip


def opened(folder: Path, judged: str = "") -> Matter:
    folder.mkdir(exist_ok=True)
    (folder / "matter.toml").write_text('[matter]\nofficial_domains = ["dept.example"]\n')
    (folder / "judgements").mkdir(exist_ok=True)
    if judged:
        (folder / "judgements" / "labels.csv").write_text("message_id,scheme,label,coder,at\n" + judged)
    return Matter.open(folder, out=folder / "out")


def test_one_label_a_message_and_most_coders_outrank_the_model(tmp_path: Path) -> None:
    rows = "".join(f"{line},2022-01-01\n" for line in (
        "m0,business,personal,A", "m1,business,business,A", "m1,business,personal,B", "m2,business,unsure,A",
    ))  # fmt: skip
    found = business.labels(opened(tmp_path, rows), frames()).set_index("message_id")
    assert list(found.columns) == [name for name in TABLES["labels"].names if name != "message_id"]
    assert found.label.to_dict() == {"m0": "personal", "m1": "personal", "m2": "business", "m3": "personal"}
    assert found.method.to_dict() == {"m0": "reviewer", "m1": "model", "m2": "model", "m3": "model"}
    assert found.score["m0"] == 0 and 0.5 < found.score["m2"] < 1


def test_judgements_stand_beside_what_the_model_says(tmp_path: Path) -> None:
    matter = opened(tmp_path, "m0,business,personal,A,2022-01-01\ngone,business,personal,A,2022-01-01\n")
    found = business.judged(matter, frames()).set_index("message_id")
    assert found.thread_id["m0"] == "t0" and found.score["m0"] > 0.5
    assert pd.isna(found.thread_id["gone"]) and pd.isna(found.score["gone"])


def test_enough_judgements_are_learned_from(tmp_path: Path) -> None:
    turned = "".join(f"m{k},business,{('personal', 'business')[k % 2]},A,2022-01-01\n" for k in range(240))
    matter, said = opened(tmp_path, turned), frames(300)
    found = business.labels(matter, said).set_index("message_id")
    assert set(found.label[[f"m{k}" for k in range(240, 300, 2)]]) == {"personal"}  # as judged, against the start
    assert found.rule["m299"].endswith("learned from 240 judged messages")


def test_a_control_sample_and_privileged_messages_teach_nothing(tmp_path: Path) -> None:
    turned = "".join(f"m{k},business,{('personal', 'business')[k % 2]},A,2022-01-01\n" for k in range(240))
    matter, said = opened(tmp_path, turned), frames(300)
    taught = business.labels(matter, said, {f"m{k}" for k in range(240)})
    assert set(taught.rule[taught.method == "model"]) == {business_model.starting().name}
    path = tmp_path / "judgements" / "labels.csv"
    path.write_text(path.read_text().replace("coder,at", "coder,at,design").replace("2022-01-01", "2022-01-01,control"))
    assert business.labels(matter, said).equals(taught) and (taught.method == "reviewer").sum() == 240


def test_no_messages_no_labels(tmp_path: Path) -> None:
    empty = {name: frame.iloc[:0] for name, frame in frames().items()}
    assert business.labels(opened(tmp_path), empty).empty


def test_names_of_relatives_and_official_addresses_are_noticed(tmp_path: Path) -> None:
    said = frames()
    said["threads"].loc[1, "title"] = "My Sister"
    rows = business_context.rows(opened(tmp_path), said).set_index("message_id")
    assert rows.kin.to_dict() == {"m0": 0, "m1": 1, "m2": 0, "m3": 0}
    assert (rows.official == 1).all() and (rows.inside == 1).all()
