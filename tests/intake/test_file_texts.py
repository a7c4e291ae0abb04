"""Words of attached files: read where that is safe, left where it is not."""

import io
import zipfile

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis.intake.file_texts import RATIO, text_in


def zipped(members):
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return held.getvalue()


WORD = {"[Content_Types].xml": "<Types/>", "word/document.xml": "<w:document><w:p><w:r><w:t>Price &amp; date</w:t></w:r></w:p>"
        "<w:p><w:r><w:t xml:space='preserve'>agreed </w:t><w:t>today</w:t></w:r></w:p></w:document>"}  # fmt: skip


@pytest.mark.parametrize(
    ("name", "mime", "content", "expected"),
    [
        ("a.txt", None, b"one\r\ntwo", ("one\ntwo", "plain")),
        (None, "text/html", b"<p>one<script>two</script></p>", ("one", "html")),
        ("a.docx", None, zipped(WORD), ("Price & date\nagreed today", "docx")),
        ("chat.zip", None, zipped({"_chat.txt": "[1] A: hi", "p.jpg": b"\xff"}), ("[1] A: hi", "chat export")),
        ("a.txt", "text/plain", b"\0\1binary", (None, None)),
        ("a.jpg", "image/jpeg", b"\xff\xd8", (None, None)),
        ("a.zip", None, b"PK\x03\x04 damaged", (None, None)),
    ],
)
def test_kinds(name, mime, content, expected):
    assert text_in(name, mime, content) == expected


def test_a_bomb_is_cut():
    content = zipped({"a.txt": b"0" * 20_000_000})
    assert len(text_in("a.zip", None, content)[0]) <= RATIO * len(content)


@given(st.text(max_size=9), st.binary(max_size=300))
def test_any_bytes(name, content):
    text, basis = text_in(name, None, content)
    assert (text is None) == (basis is None)
