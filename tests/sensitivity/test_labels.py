"""From tables to labels: documents and instances, attachments, privilege, masking, the same rows every time."""

from types import SimpleNamespace

import pandas as pd
import pytest

from analysis import sensitivity
from analysis.sensitivity.masking import hidden
from analysis.sensitivity.rows import frame
from analysis.store import conform

OURS = lambda name, default: default  # noqa: E731 - a matter without standards of its own
MARKED = "OFFICIAL-SENSITIVE\nThe three bids for the contract are in, and all of them are far too high."
BODIES = [
    MARKED,
    "Please file.\n\n" + MARKED,
    "> " + MARKED.replace("\n", "\n> "),
    "OFFICIAL-SENSITIVE\nThanks",
    "Mrs Ann Example, NHS 4505577104, tested positive. Ann's NHS number again: 4505577104",
    "Counsel advises that we lose",
    "Counsel may well go for lunch",
]


def frames() -> dict[str, pd.DataFrame]:
    n = range(len(BODIES))
    messages = pd.DataFrame({
        "message_id": [f"m{row}" for row in n], "thread_id": "t", "channel": "email", "subject": None, "body": BODIES,
        "sent_at": pd.Timestamp("2020-05-01", tz="UTC") + pd.to_timedelta(list(n), unit="D"), "sender_identity_id": "i",
    })  # fmt: skip
    identity = {"identity_id": "i", "kind": "email", "normal": "a@dept.example", "person_id": "p"}
    person = {"person_id": "p", "label": "Alice Other", "custodian_id": "C1", "inside": True}
    file = {"attachment_id": "a1", "message_id": "m3", "name": "O-S bids.pdf"}
    headers = {
        "m0": "x-protective-marking: OFFICIAL-SENSITIVE",
        "m6": "msip_labels: MSIP_Label_1_Owner=ann@dept.example; MSIP_Label_1_Name=SECRET; MSIP_Label_1_ContentBits=3",
    }
    copies = pd.DataFrame({"message_id": messages["message_id"], "copy_id": messages["message_id"]})
    return {
        "messages": messages, "copies": copies.assign(header=copies["message_id"].map(headers)), "identities": pd.DataFrame([identity]), "people": pd.DataFrame([person]),
        "attachments": pd.DataFrame([file, file | {"attachment_id": "a2"}]),
        "attachment_texts": pd.DataFrame([{"attachment_id": "a1", "text": "SECRET\n\nThe plan", "basis": "plain"}]),
    }  # fmt: skip


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> pd.DataFrame:
    folder = tmp_path_factory.mktemp("none")
    matter = SimpleNamespace(
        place=lambda name: folder / name, official_domains=("dept.example",), region="GB", standard=OURS
    )
    with pytest.MonkeyPatch.context() as patch:  # the model has tests of its own
        patch.setattr(sensitivity.business, "labels", lambda *_: frame([]))
        rows = sensitivity.labels(matter, frames())
        again = sensitivity.labels(matter, frames())
    assert conform("labels", rows).equals(conform("labels", again))
    return rows


def test_one_document_has_many_instances(made: pd.DataFrame) -> None:
    marks = made[(made["scheme"] == "marking") & (made["where"] == "body")].set_index("message_id")
    assert marks.loc[["m0", "m1", "m2"], "document"].nunique() == 1 and marks["document"].nunique() == 2
    assert marks.loc[["m0", "m1", "m2", "m3"], "quoted"].tolist() == [False, True, True, False]


def test_header_fields_are_read_as_marks_alone_and_one_mail_is_one_document(made: pd.DataFrame) -> None:
    rows = made[made["where"] == "header"].set_index("message_id")
    assert rows[["label", "position"]].to_dict("index") == {
        "m0": {"label": "OFFICIAL-SENSITIVE", "position": "header"}, "m6": {"label": "SECRET", "position": "header"},
    }  # fmt: skip
    body = made[(made["scheme"] == "marking") & (made["where"] == "body")].set_index("message_id")
    assert rows["document"]["m0"] == body["document"]["m0"] and not rows["quoted"]["m0"]


def test_files_are_read_once_a_message(made: pd.DataFrame) -> None:
    marks = made[(made["scheme"] == "marking") & made["where"].isin(["name", "text"])]
    assert marks[["message_id", "attachment_id", "where", "label"]].values.tolist() == [
        ["m3", "a1", "name", "OFFICIAL-SENSITIVE"], ["m3", "a1", "text", "SECRET"],
    ]  # fmt: skip


def test_privileged_messages_are_named(made: pd.DataFrame) -> None:
    matter, strict = SimpleNamespace(standard=OURS), SimpleNamespace(standard=lambda *_: 0.9)
    assert sensitivity.privileged(matter, made) == {"m5"}
    assert sensitivity.privileged(matter, made.assign(score=0.1)) == sensitivity.privileged(strict, made) == set()


def test_masking_hides_every_span_and_its_repeats(made: pd.DataFrame) -> None:
    shown = sensitivity.masked(BODIES[4], made[made["message_id"] == "m4"])
    assert shown == "[name], NHS [nhs number], [health]. Ann's NHS number again: [nhs number]"
    unlabelled = made[(made["message_id"] == "m4") & (made["start"] < 40)]
    assert "4505577104" not in sensitivity.masked(BODIES[4], unlabelled)
    assert sensitivity.masked(BODIES[0], made[made["message_id"] == "m0"]) == BODIES[0]


def test_overlapping_spans_are_hidden_as_one() -> None:
    rows = [
        {"scheme": "personal", "where": "body", "label": kind, "start": a, "end": b}
        for kind, a, b in [("name", 0, 5), ("dob", 3, 9)]
    ]
    assert hidden("0123456789", rows) == [(0, 9, "[name]")]
