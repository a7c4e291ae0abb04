"""Text messages as forensic and review tools report them: a Cellebrite `.ufdr`, a Relativity `.rsmf`."""

from __future__ import annotations

import json
import zipfile
from base64 import encodebytes
from collections.abc import Iterable, Iterator
from io import BytesIO
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape

from analysis.sample import clock
from analysis.store import make_id

NAMES = {"ufdr": "phone.ufdr", "rsmf": "messages.rsmf"}
PACKED_AT = (2021, 9, 6, 12, 0, 0)  # the time in every zip
_HEAD = (
    '<?xml version="1.0" encoding="utf-8"?>\n<project xmlns="http://pa.cellebrite.com/report/2.0" name="Report">\n'
    "<decodedData>\n"
)
_TAIL = "</decodedData>\n</project>\n"
_FIELD = '<field name="{}" type="String"><value type="String"><![CDATA[{}]]></value></field>'


def write(form: str, path: Path, own: str, rows: Iterable[tuple[Any, ...]]) -> Iterator[tuple[int, str]]:
    """Write rows (at, number, label, record) in order of time; gives number and label in the order of the file."""
    return (_ufdr if form == "ufdr" else _rsmf)(path, own, rows)


def _packed(name: str) -> zipfile.ZipInfo:
    return zipfile.ZipInfo(name, PACKED_AT)  # stored: the same bytes whatever the compressor


def _stamp(at: int) -> str:
    return clock.iso(at).replace("Z", "") + "+00:00"


def _field(name: str, value: str) -> str:
    return _FIELD.format(name, value.replace("]]>", "]]]]><![CDATA[>"))


def _ufdr(path: Path, own: str, rows: Iterable[tuple[Any, ...]]) -> Iterator[tuple[int, str]]:
    """One model a message, all of one type together as Cellebrite writes them."""

    def party(address: str, number: int) -> str:
        told = _field("Identifier", address) + _field("IsPhoneOwner", str(address == own))
        return f'<model type="Party" id="p{number}" deleted_state="Intact">{told}</model>'

    late: list[tuple[int, str, str]] = []
    with zipfile.ZipFile(path, "w") as archive, archive.open(_packed("report.xml"), "w") as out:
        out.write(f'{_HEAD}<modelType type="SMS">\n'.encode())
        for at, no, label, (mine, text, others, sender, _, group) in rows:
            to = others if mine else [own, *(one for one in others if one != sender)]
            many = "".join(party(one, no) for one in to)
            xml = (
                f'<model type="{"MMS" if group else "SMS"}" id="{make_id("model", no)}" deleted_state="Intact" '
                f'decoding_confidence="High"><modelField name="From">{party(own if mine else sender, no)}</modelField>'
                f'<multiModelField name="To">{many}</multiModelField>{_field("Body", text)}'
                f"{_field('TimeStamp', _stamp(at))}{_field('Folder', 'Sent' if mine else 'Inbox')}</model>\n"
            )
            if group:
                late.append((no, label, xml))
                continue
            out.write(xml.encode())
            yield no, label
        out.write(b'</modelType>\n<modelType type="MMS">\n')
        for no, label, xml in late:
            out.write(xml.encode())
            yield no, label
        out.write(f"</modelType>\n{_TAIL}".encode())


def _rsmf(path: Path, own: str, rows: Iterable[tuple[Any, ...]]) -> Iterator[tuple[int, str]]:
    """One file with every conversation; participants are told by their numbers."""
    people: dict[str, dict[str, str]] = {}
    conversations: dict[str, dict[str, Any]] = {}
    events: list[dict[str, Any]] = []

    def person(address: str) -> str:
        found = people.setdefault(address, {"id": f"P{len(people)}", "display": address, "account_id": address})
        return found["id"]

    for at, no, label, (mine, text, others, sender, _, _) in rows:
        members = [person(one) for one in (own, *sorted(others))]
        key = "C" + make_id(*sorted(others))
        conversations.setdefault(
            key, {"id": key, "platform": "sms", "type": "direct", "participants": members, "custodian": members[0]}
        )
        events.append({
            "id": f"E{len(events)}", "type": "message", "participant": person(own if mine else sender), "body": text,
            "conversation": key, "timestamp": clock.iso(at), "direction": "outgoing" if mine else "incoming",
        })  # fmt: skip
        yield no, label
    lists = {"participants": list(people.values()), "conversations": list(conversations.values()), "events": events}
    packed = BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr(_packed("rsmf_manifest.json"), json.dumps({"version": "2.0.0"} | lists, ensure_ascii=False))
    ends = [event["timestamp"] for event in events]
    head = (
        f"From: {escape(own)} <{own.removeprefix('+')}@phone.example>\nX-RSMF-Version: 2.0.0\n"
        f"X-RSMF-Generator: invented\nX-RSMF-BeginDate: {min(ends)}\nX-RSMF-EndDate: {max(ends)}\n"
        f"X-RSMF-EventCount: {len(events)}\n"
        'MIME-Version: 1.0\nContent-Type: multipart/mixed; boundary="rsmf"\n\n--rsmf\nContent-Type: text/plain\n\n'
        'Text messages\n--rsmf\nContent-Type: application/zip; name="rsmf.zip"\nContent-Transfer-Encoding: base64\n'
        'Content-Disposition: attachment; filename="rsmf.zip"\n\n'
    )
    path.write_bytes(head.encode() + encodebytes(packed.getvalue()) + b"--rsmf--\n")
