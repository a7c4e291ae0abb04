"""Header block of a mail: fields as bytes, unfolded and decoded on demand, and the parameters of MIME fields.

Sources: RFC 5322, RFC 2045, RFC 2047, RFC 2231. Fields keep their bytes; nothing is decoded that nobody asks for.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from mmap import mmap

from analysis.intake.mail_charsets import decode, decode_words

HEADER_BYTES = 1 << 20  # larger header blocks exist only to hurt; the rest is read as body and noted
HEADER_FIELDS = 2_000  # real mail stays below 300, most of them trace fields
VALUE_BYTES = 1 << 18  # one field: room for 8,000 recipients; the rest is cut and noted
PARAMETERS = 200  # parameters of one field, RFC 2231 pieces included

_FIELD = re.compile(rb"^([!-9;-~\x80-\xff]+)([ \t]*:)([^\n]*\n(?:[ \t][^\n]*\n)*)", re.M)
_LINE = re.compile(rb"[^\n]*\n")
_PARAMETER = re.compile(r'\s*([^\s=;"]+)\s*=\s*("(?:[^"\\]|\\.)*"?|[^;]*)[^;]*;?|[^;]*;|[^;]+$', re.S)
_PIECE = re.compile(r"^(.+?)(?:\*(\d{1,3}))?(\*)?$")
_PERCENT = re.compile(rb"%([0-9A-Fa-f]{2})")


@dataclass(slots=True)
class Fields:
    """The fields of one header block, by lower-case name, in order; `defects` name what was wrong with it."""

    values: dict[str, list[bytes]] = field(default_factory=dict)
    defects: list[str] = field(default_factory=list)

    def raw(self, name: str) -> str | None:
        """First value of a field, unfolded, its encoded words not yet decoded."""
        values = self.values.get(name)
        return unfold(values[0]) if values else None

    def all(self, name: str) -> Iterator[str]:
        """Every value of a field, unfolded."""
        return map(unfold, self.values.get(name, ()))

    def text(self, name: str) -> str | None:
        """First value, unfolded and decoded."""
        value = self.raw(name)
        return None if value is None else decode_words(value)


def unfold(value: bytes) -> str:
    """A field's value on one line: line ends go, the white space after them stays; raw 8-bit bytes are decoded."""
    line = value[:VALUE_BYTES].strip()
    if b"\n" in line:
        line = line.replace(b"\r", b"").replace(b"\n", b"")
    return line.decode("ascii") if line.isascii() else decode(line)[0]


def header_end(data: bytes | mmap, start: int = 0, end: int | None = None) -> tuple[int, int] | None:
    """Where the blank line that ends the header block begins and ends; None when there is none within the limit."""
    stop = min(len(data) if end is None else end, start + HEADER_BYTES)
    first = data.find(b"\n", start, stop)
    if first < 0:
        return None
    if data[start:first] in {b"", b"\r"}:
        return start, first + 1
    marks = (b"\n\n", b"\n\r\n") if data[first - 1 : first] != b"\r" else (b"\n\r\n", b"\n\n")
    usual = data.find(marks[0], start, stop)
    other = data.find(marks[1], start, usual if usual >= 0 else stop)
    if other >= 0:
        return other + 1, other + len(marks[1])
    return (usual + 1, usual + len(marks[0])) if usual >= 0 else None


def split_header(raw: bytes) -> tuple[Fields, int]:
    """Fields of the header block at the start of `raw`, and where the body begins.

    The block ends at the first blank line, or at the first line that is neither a field nor a continuation
    (defect `no_header_separator`); a `From ` or `>From ` line in it is skipped (defect `envelope_in_header`).
    """
    blank = header_end(raw)
    head = raw[: blank[0]] if blank else raw[:HEADER_BYTES]
    if not head.endswith(b"\n"):
        head += b"\n" if blank or len(raw) <= HEADER_BYTES else b""
    found = _FIELD.findall(head)
    fields = Fields()
    if len(b"".join(map(b"".join, found))) != len(head):
        return _broken(raw, fields)
    values = fields.values
    for name, _, value in found[:HEADER_FIELDS]:
        key = name.decode("latin-1").lower()
        if key in values:
            values[key].append(value)
        else:
            values[key] = [value]
    if len(head) > VALUE_BYTES and any(len(value) > VALUE_BYTES for _, _, value in found):
        fields.defects.append("field_cut")
    if len(found) > HEADER_FIELDS:
        fields.defects.append("too_many_fields")
    return fields, blank[1] if blank else len(raw)


def _add(fields: Fields, name: bytes, value: bytes) -> None:
    fields.values.setdefault(name.decode("latin-1").lower(), []).append(value)
    if len(value) > VALUE_BYTES:
        fields.defects.append("field_cut")


def _broken(raw: bytes, fields: Fields) -> tuple[Fields, int]:
    """Line by line, for a block with lines that are no fields."""
    at, count = 0, 0
    limit = min(len(raw), HEADER_BYTES)
    while at < limit:
        match = _FIELD.match(raw, at)
        if match:
            _add(fields, match[1], match[3])
            at, count = match.end(), count + 1
            if count >= HEADER_FIELDS:
                fields.defects.append("too_many_fields")
                return fields, at
            continue
        line = _LINE.match(raw, at)
        text = line[0] if line else raw[at:]
        if text.strip(b"\r\n") == b"":
            return fields, at + len(text)
        if text.startswith((b"From ", b">From ")):
            fields.defects.append("envelope_in_header")
        elif not line and _FIELD.match(text + b"\n"):
            found = _FIELD.findall(text + b"\n")
            _add(fields, found[0][0], found[0][2])
        else:
            fields.defects.append("no_header_separator")
            return fields, at
        at += len(text)
    if at < len(raw):
        fields.defects.append("header_too_long")
    return fields, at


def parameters(value: str) -> tuple[str, dict[str, str]]:
    """Main value (lower case) and parameters of a MIME field, RFC 2231 pieces joined and decoded."""
    return _short_parameters(value) if len(value) < 200 else _parameters(value)


@lru_cache(maxsize=4096)
def _short_parameters(value: str) -> tuple[str, dict[str, str]]:
    return _parameters(value)


def _parameters(value: str) -> tuple[str, dict[str, str]]:
    main, _, rest = value.partition(";")
    plain: dict[str, str] = {}
    pieces: dict[str, list[tuple[int, bool, str]]] = {}
    for count, match in enumerate(_PARAMETER.finditer(rest)):
        if count > PARAMETERS:
            break
        if not match[1]:
            continue
        name, number, coded = _PIECE.match(match[1].lower()).groups()  # type: ignore[union-attr]
        content = _unquote(match[2].strip())
        if number is None and not coded:
            plain.setdefault(name, decode_words(content))
        else:
            pieces.setdefault(name, []).append((int(number or 0), bool(coded), content))
    for name, parts in pieces.items():
        plain[name] = _joined(sorted(parts))
    return (main.split("(")[0].split() or [""])[0].lower(), plain


def _unquote(text: str) -> str:
    if not text.startswith('"'):
        return text.strip("'") if text.startswith("'") and text.endswith("'") else text
    body = text[1:-1] if len(text) > 1 and text.endswith('"') else text[1:]
    return re.sub(r"\\([\"\\])", r"\1", body)


def _joined(parts: list[tuple[int, bool, str]]) -> str:
    charset, data = "", b""
    for position, (_, coded, content) in enumerate(parts):
        if coded and position == 0 and content.count("'") >= 2:
            charset, _, content = content.split("'", 2)
        raw = content.encode("utf-8", "surrogatepass")
        data += _PERCENT.sub(lambda match: bytes([int(match[1], 16)]), raw) if coded else raw
    return decode(data, charset or None)[0]
