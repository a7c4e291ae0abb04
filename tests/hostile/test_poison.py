"""The poison cases, from the folder as received to the tables."""

import hashlib

import pandas as pd
import pytest
from poison import IMAGE, SCRIPT, write_poison

from analysis.matter import Matter
from analysis.pipeline import make_tables


@pytest.fixture(scope="module")
def matter(tmp_path_factory: pytest.TempPathFactory) -> Matter:
    folder = write_poison(tmp_path_factory.mktemp("poison"))
    opened = Matter.open(folder, out=folder.parent / "out")
    make_tables(opened)
    return opened


def source(matter: Matter, part: str) -> pd.Series:
    sources = matter.store.read("sources")
    return sources[sources["path"].str.contains(part, regex=False)].iloc[0]


def copies_of(matter: Matter, part: str) -> pd.DataFrame:
    copies = matter.store.read("copies")
    return copies[copies["source_id"] == source(matter, part)["source_id"]].sort_values("seq")


def test_a_pasted_header_is_suspect_and_attributed_to_nobody(matter: Matter) -> None:
    copies = copies_of(matter, "with Bo Carr.txt")
    pasted = copies[copies["body"].fillna("").str.contains("do it now")]
    assert len(pasted) == 1
    assert pasted["suspect"].iloc[0] == "pasted_header"
    assert pasted["sender_identity_id"].isna().all()
    raw = matter.store.read("identities")["raw"]
    senders = set(copies["sender_identity_id"].dropna())
    names = set(matter.store.read("identities").set_index("identity_id").loc[sorted(senders), "raw"])
    assert names == {"Ada Lind", "Bo Carr"}
    assert len(raw)


def test_a_date_order_that_cannot_be_proven_is_ambiguous(matter: Matter) -> None:
    assert source(matter, "with Bo.txt")["date_order_basis"] == "ambiguous"
    assert source(matter, "with Bo Carr.txt")["date_order_basis"] == "proven"


def test_broken_files_are_unreadable_and_the_others_are_read(matter: Matter) -> None:
    status = matter.store.read("sources").set_index("path")["status"]
    assert status["WhatsApp Chat - Broken.zip"] == "unreadable"
    assert status["empty.txt"] == "unreadable"
    assert status["bomb.xml"] == "unreadable"
    assert "DOCTYPE" in source(matter, "bomb.xml")["reason"]
    good = status.drop(["WhatsApp Chat - Broken.zip", "empty.txt", "bomb.xml"])
    assert set(good) == {"read"}
    sms = copies_of(matter, "sms-20200323.xml")
    assert list(sms["body"]) == ["on my way \U0001f642", "good"]


def test_hostile_text_is_kept_to_the_letter(matter: Matter) -> None:
    bodies = "\n".join(copies_of(matter, "onerror")["body"].dropna())
    assert SCRIPT in bodies and IMAGE in bodies and "\u202egnp.exe" in bodies and "\x1b]8;;" in bodies
    mail = copies_of(matter, "order.eml").iloc[0]
    assert mail["subject"] == f"Order {SCRIPT}"


def test_evidence_is_unaltered(matter: Matter) -> None:
    sources = matter.store.read("sources").set_index("path")["sha256"]
    for path in matter.evidence_files():
        assert hashlib.sha256(path.read_bytes()).hexdigest() == sources[path.name]
