"""Each exchange format is read back by a reader that is not its writer, and says what the tables say."""

import csv
import io
import json
import shutil
import zipfile
from email import message_from_bytes
from pathlib import Path

import networkx as nx
import pytest
from python_calamine import CalamineWorkbook

from analysis.__main__ import FORMATS
from analysis.errors import ParameterError
from analysis.exchange import EXPORTS, export
from analysis.matter import Matter
from analysis.pipeline import open_matter
from support import fixtures

FORMULA = '=HYPERLINK("http://evil.example")'
CHAT = f"""\
13/03/2020, 08:00 - Ada Lind created group "Plan\x01s <b>"
13/03/2020, 09:00 - Ada Lind: {FORMULA}
13/03/2020, 09:05 - Bo Carr: two lines
and a þ in the second
14/03/2020, 10:00 - Bo Carr: This message was deleted
14/03/2020, 10:01 - Bo Carr: +447700900123
14/03/2020, 11:00 - Bo Carr left
"""
MAIL = """\
From: Ada Lind <ada@dept.example>
To: Bo Carr <bo@private.example>
Cc: Cy Dunn <cy@dept.example>
Subject: @SUM(A1)
Date: Mon, 16 Mar 2020 09:17:00 +0000
Message-ID: <one@dept.example>

As agreed.
"""


@pytest.fixture(scope="module")
def matter(tmp_path_factory) -> Matter:
    folder = tmp_path_factory.mktemp("exchange") / "m"
    (folder / "evidence").mkdir(parents=True)
    (folder / "evidence" / "WhatsApp Chat with Plans.txt").write_text(CHAT, encoding="utf-8")
    (folder / "evidence" / "one.eml").write_text(MAIL, encoding="utf-8")
    return open_matter(folder, out=folder.parent / "out")


def manifests(paths: list[Path]) -> list[dict]:
    found = []
    for path in paths:
        outer = message_from_bytes(path.read_bytes())
        bundle = [part for part in outer.walk() if part.get_filename() == "rsmf.zip"]
        assert len(bundle) == 1
        assert outer["X-RSMF-Version"] == "2.0.0"
        with zipfile.ZipFile(io.BytesIO(bundle[0].get_payload(decode=True))) as packed:
            assert packed.namelist() == ["rsmf_manifest.json"]
            found.append(json.loads(packed.read("rsmf_manifest.json")))
    return found


def test_every_format_is_written_and_the_same_again(matter):
    assert set(EXPORTS) == set(FORMATS)
    for name in EXPORTS:
        first = {path: path.read_bytes() for path in export(matter, name)}
        shutil.rmtree(matter.out / "export" / name)
        assert first
        assert {path: path.read_bytes() for path in export(matter, name)} == first, name


def test_an_unknown_format_is_refused(matter):
    with pytest.raises(ParameterError, match="rsmf, dat"):
        export(matter, "pst")


def test_rsmf_is_valid_and_refers_to_what_it_lists(matter):
    jsonschema = pytest.importorskip("jsonschema")
    schema = json.loads((fixtures("rsmf") / "rsmf_schema_2_0_0.json").read_text(encoding="utf-8"))
    read = manifests(export(matter, "rsmf"))
    for manifest in read:
        jsonschema.validate(manifest, schema)
        known = {one["id"] for one in manifest["participants"]}
        rooms = {one["id"]: set(one["participants"]) for one in manifest["conversations"]}
        ids = [event["id"] for event in manifest["events"]]
        assert len(ids) == len(set(ids))
        for event in manifest["events"]:
            assert event["conversation"] in rooms
            assert event["timestamp"].endswith("Z")
            assert {event["participant"]} <= known & rooms[event["conversation"]] if "participant" in event else True
    said = [event for manifest in read for event in manifest["events"] if event["type"] == "message"]
    assert {event.get("body") for event in said if not event.get("deleted")} >= {FORMULA, "+447700900123"}
    assert sum(bool(event.get("deleted")) for event in said) == 1
    assert {event["type"] for manifest in read for event in manifest["events"]} >= {"message", "leave", "disclaimer"}
    assert len(read) == 2, "a file a conversation and day; mail is not written"


def test_rsmf_is_read_again_by_intake(matter, tmp_path):
    (tmp_path / "evidence").mkdir()
    for path in export(matter, "rsmf"):
        shutil.copy(path, tmp_path / "evidence")
    again = open_matter(tmp_path, out=tmp_path / "out").store
    bodies = set(again.read("copies")["body"].dropna())
    assert bodies >= {FORMULA, "two lines\nand a þ in the second", "+447700900123"}
    assert set(again.read("sources")["status"]) == {"read"}


def test_dat_holds_every_message_with_its_text(matter):
    table, note = export(matter, "dat")
    rows = list(csv.DictReader(io.StringIO(table.read_text(encoding="utf-8-sig")), delimiter="\x14", quotechar="þ"))
    assert [row["BEGDOC"] for row in rows] == [f"OC{n:08d}" for n in range(1, len(rows) + 1)]
    assert len(rows) == matter.store.count("messages")
    mail = next(row for row in rows if row["CHANNEL"] == "email")
    assert mail["SUBJECT"] == "@SUM(A1)"
    assert mail["CC"] == "Cy Dunn <cy@dept.example>"
    assert (mail["DATESENT"], mail["TIMESENT"]) == ("2020-03-16", "09:17:00")
    texts = {(table.parent / row["TEXTPATH"]).read_text(encoding="utf-8") for row in rows}
    assert "two lines\nand a þ in the second" in texts, "texts keep what the table cannot hold"
    assert note.is_file()


def test_graphs_are_read_again(matter):
    for name, reader in (("gexf", nx.read_gexf), ("graphml", nx.read_graphml)):
        (path,) = export(matter, name)
        graph = reader(path)
        assert graph.number_of_edges() >= 3
        assert "\x01" not in path.read_text(encoding="utf-8")
        assert {data["channel"] for _, _, data in graph.edges(data=True)} == {"whatsapp", "email"}


def test_sheets_hold_text_as_text(matter):
    (path,) = export(matter, "xlsx")
    with zipfile.ZipFile(path) as parts:
        inner = "".join(parts.read(name).decode() for name in parts.namelist() if "sheets/" in name)
    assert "<f>" not in inner
    assert "hyperlink" not in inner
    rows = CalamineWorkbook.from_path(str(path)).get_sheet_by_name("messages").to_python()
    bodies = [row[rows[0].index("body")] for row in rows[1:]]
    assert FORMULA in bodies
    assert "+447700900123" in bodies


def test_case_and_ftm_name_every_message_once(matter):
    n = matter.store.count("messages")
    (path,) = export(matter, "case")
    graph = json.loads(path.read_text(encoding="utf-8"))["@graph"]
    assert sum(node["@type"] in {"uco-observable:Message", "uco-observable:EmailMessage"} for node in graph) == n
    ids = [node["@id"] for node in graph]
    assert len(ids) == len(set(ids))
    defined = set(ids)
    facets = [facet for node in graph for facet in node["uco-core:hasFacet"]]
    assert {one["@id"] for facet in facets for one in facet.get("uco-observable:to", [])} <= defined
    (path,) = export(matter, "ftm")
    entities = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    assert sum(entity["schema"] in {"Message", "Email"} for entity in entities) == n
    assert all(
        isinstance(value, str) for entity in entities for each in entity["properties"].values() for value in each
    )
    mail = next(entity for entity in entities if entity["schema"] == "Email")
    assert mail["properties"]["cc"] == ["Cy Dunn <cy@dept.example>"]
