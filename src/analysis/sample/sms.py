"""SMS Backup & Restore: one XML per phone, texts and picture or group messages, emoji as surrogate references."""

from __future__ import annotations

import re
from base64 import b64encode
from collections.abc import Iterable, Iterator
from pathlib import Path
from random import Random
from typing import Any

from analysis.sample import clock, media, reports, sms_stores
from analysis.sample.devices import SMS_DATABASES, Device, Devices
from analysis.sample.ledger import Message
from analysis.sample.phones import EDIT_MS
from analysis.sample.spill import Spill
from analysis.sample.threads import Thread
from analysis.sample.truth import Truth
from analysis.store import make_id

_SPECIAL = re.compile('[&<>"\n\r\t]|[^\u0000-\uffff]')
_NAMED = {"&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "\n": "&#10;", "\r": "&#13;", "\t": "&#9;"}
CENTRE = "+447700900999"
_SMS = (
    '  <sms protocol="0" address="%s" date="%d" type="%d" subject="null" body="%s" toa="null" sc_toa="null" '
    'service_center="%s" read="1" status="-1" locked="0" date_sent="%d" sub_id="1" readable_date="%s" '
    'contact_name="%s" />\n'
)
_PICTURE = (
    '      <part seq="0" ct="image/jpeg" name="IMG_%d.jpg" chset="null" cd="null" fn="null" cid="&lt;img&gt;" '
    'cl="IMG_%d.jpg" ctt_s="null" ctt_t="null" text="null" data="%s" />\n'
)
_MMS = (
    '  <mms date="%d" rr="null" sub="null" ct_t="application/vnd.wap.multipart.related" read_status="null" seen="1" '
    'msg_box="%d" address="%s" sub_cs="null" resp_st="null" retr_st="null" d_tm="null" text_only="%d" exp="null" '
    'locked="0" m_id="m%d" st="null" retr_txt_cs="null" retr_txt="null" creator="null" date_sent="%d" read="1" '
    'm_size="%d" rpt_a="null" ct_cls="null" pri="null" sub_id="1" tr_id="t%d" resp_txt="null" ct_l="null" m_cls="null" '
    'd_rpt="null" v="18" m_type="%d" readable_date="%s" contact_name="%s">\n    <parts>\n'
    '      <part seq="-1" ct="application/smil" name="null" chset="null" cd="null" fn="null" cid="&lt;smil&gt;" '
    'cl="smil.xml" ctt_s="null" ctt_t="null" text="&lt;smil&gt;&lt;/smil&gt;" />\n%s'
    '      <part seq="0" ct="text/plain" name="null" chset="106" cd="null" fn="null" cid="&lt;t&gt;" cl="t.txt" '
    'ctt_s="null" ctt_t="null" text="%s" />\n    </parts>\n    <addrs>\n'
    '      <addr address="%s" type="137" charset="106" />\n%s    </addrs>\n  </mms>\n'
)
MONTHS = "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split()


def escaped(text: str) -> str:
    """An attribute value as the app writes it: letters beyond U+FFFF as two surrogate references."""
    return _SPECIAL.sub(_reference, text)


def _reference(found: re.Match[str]) -> str:
    letter = found.group()
    if letter in _NAMED:
        return _NAMED[letter]
    code = ord(letter) - 0x10000
    return f"&#{0xD800 + (code >> 10)};&#{0xDC00 + (code & 0x3FF)};"


class Backups:
    """Records of all phones, sorted and written at the end."""

    def __init__(self, devices: Devices, spill: Spill) -> None:
        self.devices, self.spill = devices, spill

    def path(self, device: Device) -> str:
        """Where a phone's backup lies, relative to the evidence."""
        if form := SMS_DATABASES.get(device.owner):
            return f"{device.owner}/sms/{(sms_stores.NAMES | reports.NAMES)[form]}"
        stamp = clock.iso(device.exported_at * 1000)
        return f"{device.owner}/sms/sms-{stamp[:10].replace('-', '')}{stamp[11:19].replace(':', '')}.xml"

    def absence(self, message: Message, device: Device, alone: bool, draw: Random) -> str:
        """Why a phone does not hold a text; empty when it does."""
        if message.at >= device.exported_at * 1000:
            return "outside_period"
        return "absent" if not alone and message.business and draw.random() < device.loss else ""

    def message(self, thread: Thread, message: Message, device: Device) -> None:
        """Keep one record for a phone."""
        others = [account for account in thread.active(message.at // 1000) if account.key != device.owner]
        names = [self.devices.label(device, account) for account in others]
        names = ["(Unknown)" if name.startswith("+") else name for name in names]
        own = message.sender.key == device.owner
        at = message.at + device.sms_offset_s * 1000
        sent = message.at if not own else at
        label = self.devices.label(device, message.sender)
        if device.owner in SMS_DATABASES:
            row = (own, message.text, [a.address for a in others], message.sender.address, sent, thread.kind == "group")
            self.spill.add(f"sms {device.owner}", (at, message.no, label, row))
            return
        text = escaped(message.text)
        if thread.kind == "group":
            xml = self._mms(message, text, own, at, [a.address for a in others], names)
        else:
            xml = _SMS % (
                others[0].address, at, 2 if own else 1, text, "null" if own else CENTRE,
                0 if own else sent // 1000 * 1000, _readable(at), escaped(names[0]),
            )  # fmt: skip
        self.spill.add(f"sms {device.owner}", (at, message.no, label, xml))

    def _mms(self, message: Message, text: str, own: bool, at: int, others: list[str], names: list[str]) -> str:
        joined, box = "~".join(others), 2 if own else 1
        sender = "insert-address-token" if own else message.sender.address
        to = others if own else ["insert-address-token", *(a for a in others if a != message.sender.address)]
        picture = ""
        if message.no % sms_stores.PICTURES == 0:
            data = b64encode(media.content("image", message.no)).decode()
            picture = _PICTURE % (message.no, message.no, data)
        people = "".join(f'      <addr address="{a}" type="151" charset="106" />\n' for a in to)
        return _MMS % (
            at, box, joined, 0 if picture else 1, message.no, message.at // 1000, len(text), message.no,
            128 if own else 132, _readable(at), escaped(", ".join(names)), picture, text, sender, people,
        )  # fmt: skip

    def write(self, folder: Path, truth: Truth) -> list[tuple[str, Device]]:
        """Write every phone's backup; returns path and phone of each."""
        written = []
        for device in self.devices.by_owner.values():
            target = f"sms {device.owner}"
            if not (count := self.spill.counts.get(target, 0)):
                continue
            stamp = clock.iso(device.exported_at * 1000)
            path = self.path(device)
            (folder / path).parent.mkdir(parents=True, exist_ok=True)
            written.append((path, device))
            if form := SMS_DATABASES.get(device.owner):
                own = self.devices.cast.account("sms", device.owner).address
                store = reports if form in reports.NAMES else sms_stores
                told = self.spill.sorted(target)
                told = _edited(told, path, truth) if form == "imessage" else told
                rows = store.write(form, folder / path, own, told)
                for seq, (no, label) in enumerate(rows):
                    truth.add("copies", f"t{no}", f"evidence/{path}", seq, "present", label)
                continue
            with (folder / path).open("w", encoding="utf-8", newline="") as out:
                out.write("<?xml version='1.0' encoding='UTF-8' standalone='yes' ?>\n")
                out.write(f"<!--File Created By SMS Backup & Restore v10.10.003 on {stamp[:10]} {stamp[11:19]}-->\n")
                out.write('<?xml-stylesheet type="text/xsl" href="sms.xsl"?>\n')
                head = f'<smses count="{count}" backup_set="{message_set(device)}"'
                out.write(f'{head} backup_date="{device.exported_at}000" type="full">\n')
                for seq, (_, no, label, xml) in enumerate(self.spill.sorted(target)):
                    out.write(xml)
                    truth.add("copies", f"t{no}", f"evidence/{path}", seq, "present", label)
                out.write("</smses>")
        return written


def _edited(rows: Iterable[tuple[Any, ...]], path: str, truth: Truth) -> Iterator[tuple[Any, ...]]:
    """The rows, each change of a text told as truth."""
    for at, no, label, record in rows:
        if was := sms_stores.before(no, record[1]):
            truth.add("edits", f"t{no}", f"evidence/{path}", clock.iso(at + EDIT_MS), was)
        yield at, no, label, record


def message_set(device: Device) -> str:
    """The app's id of a backup, in the shape of a UUID."""
    text = make_id("backup", device.exported_at) + make_id(device.owner, device.exported_at)
    return f"{text[:8]}-{text[8:12]}-4{text[13:16]}-a{text[17:20]}-{text[20:32]}"


def _readable(at_ms: int) -> str:
    shown = clock.local(at_ms // 1000)
    day, second = divmod(shown - clock.FIRST, clock.DAY_S)
    dmy = clock.DMY[day]
    return f"{int(dmy[:2])} {MONTHS[int(dmy[3:5]) - 1]} {dmy[6:]} {clock.CLOCK24[second // 60]}:{second % 60:02d}"
