"""Tables by mapping: CSV and workbooks made by hand, times as headers say, bad rows, packaged mappings, any bytes."""

import io
import zipfile
from datetime import datetime
from xml.sax.saxutils import escape

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.errors import FormatError
from analysis.intake.mapped import READER
from analysis.intake.mapping import PACKAGED, Mapping
from analysis.intake.records import Hints, Opened
from received import check, matter, row, take

MAPPING = """
channel = "whatsapp"
[columns]
at = "When"
sender = "From"
recipients = "To"
body = "Text"
thread = "Chat"
direction = "Way"
attachments = ["File*"]
state = "Deleted"
[time]
formats = ["%d/%m/%Y %H:%M:%S", "%d/%m/%Y %H:%M"]
[values]
outgoing = ["Sent"]
incoming = ["Received"]
deleted = ["Yes"]
owner = ["Local User"]
"""
HEAD = "When,From,To,Text,Chat,Way,File 1,File 2,Deleted,Extra\n"
CSV = (
    "Schedule of messages,,,,,,,,,\n" + HEAD
    + '01/05/2020 10:00:00,447700900123@s.whatsapp.net Ann Lee,Local User,"two\nlines",c1,Received,,,,x\n'
    + "02/05/2020 10:01,Local User,Ann Lee (+44 7700 900123),out,c1,Sent,files/a.jpg,b.jpg,Yes,\n"
    + ",,,,,,,,,\n"
    + "31/02/2020 10:00:00,Ann,,no such day,c1,Received,,,,\n"
    + "03/05/2020 10:00:00,,,,c1,,,,,\n"
    + "03/05/2020 10:00:00,Ann,,too many,c1,,,,,,,more\n"
)  # fmt: skip
XLSX = {
    "[Content_Types].xml": '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Default Extension="xml" ContentType="application/xml"/>'
    '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
    '<Override PartName="/xl/workbook.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"/></Types>',
    "_rels/.rels": '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="r1" '
    'Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" Target="xl/workbook.xml"/></Relationships>',
    "xl/_rels/workbook.xml.rels": '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="r1" '
    'Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet" Target="worksheets/sheet1.xml"/></Relationships>',
    "xl/workbook.xml": '<workbook xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" '
    'xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"><sheets><sheet name="Chats" sheetId="1" r:id="r1"/></sheets></workbook>',
}


def workbook(rows):
    """A workbook of inline texts, the smallest that programs open."""
    cells = "".join(
        f'<row r="{n}">'
        + "".join(
            f'<c r="{chr(64 + m)}{n}" t="inlineStr"><is><t>{escape(text)}</t></is></c>'
            for m, text in enumerate(line, 1)
        )
        + "</row>"
        for n, line in enumerate(rows, 1)
    )
    sheet = f'<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>{cells}</sheetData></worksheet>'
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in {**XLSX, "xl/worksheets/sheet1.xml": sheet}.items():
            archive.writestr(name, content)
    return stream.getvalue()


def read(tmp_path, content, mapping=MAPPING, **hints):
    path = tmp_path / "table"
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    reading = READER.read(Opened(path, path.name), Hints(mapping=mapping, **hints))
    if reading.bytes_framing is not None:
        assert reading.bytes_copies + reading.bytes_rejects + reading.bytes_framing == path.stat().st_size
    assert reading.n_rows == reading.copies.num_rows + reading.rejects.num_rows
    return reading


def test_rows_become_copies_and_bad_rows_rejects_with_their_numbers(tmp_path):
    reading = read(tmp_path, CSV, owner="+447700900999")
    first, second = reading.copies.to_pylist()
    assert (first["locator"], first["sender"], first["sender_kind"], first["from_owner"]) == (
        "row 3",
        "+447700900123",
        "phone",
        False,
    )
    assert (first["body"], first["at"], first["at_utc"], first["precision"]) == (
        "two\nlines",
        datetime(2020, 5, 1, 10),
        False,
        "second",
    )
    assert (second["sender"], second["from_owner"], second["state"], second["precision"]) == (
        None,
        True,
        "deleted",
        "minute",
    )
    assert [(one["locator"], one["reason"]) for one in reading.rejects.to_pylist()] == [
        ("row 6", "the time is absent or fits no format of the mapping"),
        ("row 7", "neither sender nor text nor attachment"), ("row 8", "more cells than the header has columns"),
    ]  # fmt: skip
    assert [(one["copy"], one["handle"]) for one in reading.recipients.to_pylist()] == [
        (0, None),
        (1, "+44 7700 900123"),
    ]
    assert reading.attachments["name"].to_pylist() == ["a.jpg", "b.jpg"]
    assert reading.names["label"].to_pylist() == ["Ann Lee", "Ann Lee"]
    assert [(one["thread"], one["kind"], one["counterpart"]) for one in reading.threads.to_pylist()] == [
        ("whatsapp c1", "pair", "+447700900123")
    ]
    assert "1 columns of the table are not in the mapping and were not read" in reading.notes


def test_workbook_reads_like_the_csv(tmp_path):
    lines = [
        ["Schedule"],
        HEAD.strip().split(","),
        ["01/05/2020 10:00:00", "Ann", "", "hello", "c1", "Received"],
        ["never", "Ann", "", "x", "c1", ""],
    ]
    reading = read(tmp_path, workbook(lines), MAPPING.replace("[columns]", 'sheet = "Chats"\n[columns]', 1))
    assert [(one["locator"], one["body"]) for one in reading.copies.to_pylist()] == [("row 3", "hello")]
    assert reading.rejects["locator"].to_pylist() == ["row 4"]
    assert reading.bytes_framing is None


@pytest.mark.parametrize(("header", "text", "at", "utc"), [
    ("Date/Time - UTC (dd/MM/yyyy)", "05/04/2020 13:00:01", datetime(2020, 4, 5, 13, 0, 1), True),
    ("Date/Time - (UTC) (MM/dd/yyyy)", "05/04/2020 01:00:01 PM", datetime(2020, 5, 4, 13, 0, 1), True),
    ("Date/Time - UTC+01:00 (yyyy-MM-dd)", "2020-04-05 00:30:00.250", datetime(2020, 4, 4, 23, 30, 0, 250000), True),
    ("Date/Time - Local (d.M.yy)", "5.4.20 13:00", datetime(2020, 4, 5, 13), False),
])  # fmt: skip
def test_format_and_zone_stand_in_the_header(header, text, at, utc, tmp_path):
    mapping = '[columns]\nat = "Date/Time*"\nbody = "Message"\n'
    reading = read(tmp_path, f"{header},Message\n{text},hi\n", mapping, channel="sms")
    one = reading.copies.to_pylist()[0]
    assert (one["at"], one["at_utc"], reading.channel) == (at, utc, "sms")
    assert reading.zone_basis == ("embedded" if utc else "assumed")


def test_a_time_with_its_offset_and_a_delimiter(tmp_path):
    mapping = (
        'channel = "sms"\ndelimiter = ";"\n[columns]\nat = "T"\nbody = "B"\n[time]\nformats = ["%Y-%m-%d %H:%M %z"]\n'
    )
    one = read(tmp_path, "T;B\n2020-01-01 00:30 +0100;x\n", mapping).copies.to_pylist()[0]
    assert (one["at"], one["at_utc"], one["precision"]) == (datetime(2019, 12, 31, 23, 30), True, "minute")


REGISTER = "path,custodian_id,address,zone,mapping\n{},C01,+447700900999,Europe/London,{}\n"


@pytest.mark.parametrize("name", ["table.csv", "table.xlsx"])
def test_a_declared_table_is_evidence(name, tmp_path):
    lines = [HEAD.strip().split(","), ["01/05/2020 10:00:00", "Ann", "", "hello", "c1", "Received"]]
    content = workbook(lines) if name.endswith("x") else "\n".join(",".join(line) for line in lines)
    opened = matter(tmp_path, {name: content, "other.csv": content}, sources=REGISTER.format(name, "ours"))
    place = opened.folder / "registers" / "mappings"
    place.mkdir()
    (place / "ours.toml").write_text(MAPPING)
    found = take(opened)
    check(found)
    source = row(found, name)
    assert (source["reader"], source["status"], source["n_copies"], source["channel"]) == (
        "mapped",
        "read",
        1,
        "whatsapp",
    )
    assert (source["zone_basis"], str(found.copies["sent_at"].iloc[0])) == ("declared", "2020-05-01 09:00:00+00:00")
    (place / "ours.toml").write_text(MAPPING.replace('"whatsapp"', '"sms"'))
    assert row(take(opened), name)["channel"] == "sms"


@pytest.mark.parametrize("name", ["absent", "../../secret", ""])
def test_a_mapping_that_is_not_there_is_said(name, tmp_path):
    found = take(matter(tmp_path, {"table.csv": CSV}, sources=REGISTER.format("table.csv", name)))
    source = row(found, "table.csv")
    assert source["status"] == ("unreadable" if name else "unsupported")
    assert name in source["reason"]


def test_tables_in_containers_ask_to_be_taken_out(tmp_path):
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        archive.writestr("table.csv", CSV)
    found = take(matter(tmp_path, {"x.zip": stream.getvalue()}, sources=REGISTER.format("x.zip!table.csv", "axiom")))
    assert row(found, "x.zip!table.csv")["status"] == "unsupported"
    assert "outside of the container" in row(found, "x.zip!table.csv")["reason"]


@pytest.mark.parametrize(("mapping", "why"), [
    ("[columns", "not valid"), ('[columns]\nat = "T"\nwhere = "x"', "names 'where'"), ('[columns]\nbody = "B"', "must say where"),
    ('separator = "("\n[columns]\nat = "T"\nbody = "B"', "not valid"), (MAPPING.replace("When", "Never"), "no row holds"),
    ("columns = 3", "not valid"),
])  # fmt: skip
def test_mappings_that_do_not_fit_are_refused(mapping, why, tmp_path):
    with pytest.raises(FormatError, match=why):
        read(tmp_path, CSV, mapping)


def test_hostile_workbooks_are_refused(tmp_path):
    with pytest.raises(FormatError, match="workbook"):
        read(tmp_path, workbook([["When"]])[:-30])
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/worksheets/sheet1.xml", b"0" * (80 << 20))
    with pytest.raises(FormatError, match="unpacks to more"):
        read(tmp_path, stream.getvalue())


PRODUCTS = {
    "axiom": ("Message Sent Date/Time - UTC+00:00 (dd/MM/yyyy),Sender,Recipient(s),Message,Chat ID,Direction,Artifact\n"
              "01/05/2020 10:00:00,447700900123@s.whatsapp.net Ann,Local User,hi,c1,Incoming,Android WhatsApp Messages\n", "whatsapp"),
    "oxygen": ("Time stamp,From,To,Text,Direction,Source\n01.05.2020 10:00:00,+447700900123,,hi,Incoming,Messages\n", "sms"),
    "xry": ("Time,From,To,Text,Direction,Related Application\n01/05/2020 10:00:00 UTC+00:00,+447700900123,,hi,Incoming,WhatsApp\n", "whatsapp"),
}  # fmt: skip


@pytest.mark.parametrize("name", PRODUCTS)
def test_packaged_mappings_read_the_shape_they_describe(name, tmp_path):
    table, channel = PRODUCTS[name]
    reading = read(tmp_path, table, (PACKAGED / f"{name}.toml").read_text())
    one = reading.copies.to_pylist()[0]
    assert (one["sender"], one["at"], one["from_owner"], one["body"], reading.channel) == (
        "+447700900123",
        datetime(2020, 5, 1, 10),
        False,
        "hi",
        channel,
    )
    assert {path.stem for path in PACKAGED.glob("*.toml")} == set(PRODUCTS)
    assert "UNVERIFIED" in (PACKAGED / f"{name}.toml").read_text()


@settings(derandomize=True, max_examples=60, deadline=None)
@given(st.binary(max_size=200), st.integers(0, 500), st.integers(0, 200), st.booleans())
def test_any_bytes_give_a_reading_or_a_refusal(tmp_path_factory, noise, at, gone, packed):
    content = workbook([line.split(",") for line in CSV.splitlines()]) if packed else CSV.encode()
    try:
        read(tmp_path_factory.mktemp("any"), content[:at] + noise + content[at + gone :])
    except FormatError:
        return


@settings(derandomize=True, max_examples=40, deadline=None)
@given(st.text(max_size=60))
def test_any_text_is_a_mapping_or_refused(text):
    try:
        Mapping.parsed(text)
    except FormatError:
        return
