"""WhatsApp's own text exports, as an Android phone (`.txt`) or an iPhone (`.zip` with `_chat.txt`) writes them."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import IO

from analysis.sample import clock, media
from analysis.sample.copies import Holding
from analysis.sample.devices import Device, Devices
from analysis.sample.ledger import Message
from analysis.sample.threads import Change, Thread
from analysis.sample.truth import cell

LRM, NNBSP = "\u200e", "\u202f"
MEDIA_MOST = 6  # attachments that travel with one export
WITH_MEDIA = ("C03", "C08", "C20")
FORBIDDEN = re.compile(r'[\\/:*?"<>|]')
NOTICE = (
    "Messages and calls are end-to-end encrypted. "
    "No one outside of this chat, not even WhatsApp, can read or listen to them."
)
ANDROID = {
    "created": '{a} created group "{v}"', "added": "{a} added {t}", "left": "{t} left", "removed": "{a} removed {t}",
    "joined": "{t} joined using this group's invite link",
    "subject_changed": '{a} changed the subject from "{v0}" to "{v}"',
    "timer_on": "{a} turned on disappearing messages. "
    "New messages will disappear from this chat 7 days after they're sent. Tap to change.",
    "timer_off": "{a} turned off disappearing messages. Tap to change.",
    "number_changed": "{a} changed to {t}",
}  # fmt: skip
IPHONE = ANDROID | {
    "created": "{a} created group “{v}”", "subject_changed": "{a} changed the subject to “{v}”",
    "timer_on": "{a} turned on disappearing messages. "
    "All new messages will disappear from this chat 7 days after they're sent.",
    "timer_off": "{a} turned off disappearing messages.",
}  # fmt: skip
SAVED_NUMBER = "{a} changed their phone number to a new number. Tap to message or add the new number."
IPHONE_NAMES = {
    "image": ("PHOTO", "image omitted"),
    "document": ("DOCUMENT", "document omitted"),
    "audio": ("AUDIO", "audio omitted"),
}


def _minutes(form: Callable[[int], str]) -> list[str]:
    return [form(minute) for minute in range(1440)]


_AM_LOWER = _minutes(lambda m: clock.twelve(m, "am", "pm", " "))
_AM_UPPER = _minutes(lambda m: clock.twelve(m, "AM", "PM", " "))
_HOUR12 = _minutes(lambda m: clock.twelve(m, "", "", ""))


def header(style: str, at: int) -> str:
    """The start of a line for a wall-clock instant in seconds."""
    day, second = divmod(at - clock.FIRST, clock.DAY_S)
    minute = second // 60
    if style == "android":
        return f"{clock.DMY[day]}, {clock.CLOCK24[minute]} - "
    if style == "ios":
        return f"[{clock.DMY[day]}, {clock.CLOCK24[minute]}:{second % 60:02d}] "
    if style == "ios12":
        half = "pm" if minute >= 720 else "am"
        return f"[{clock.DMY[day]}, {_HOUR12[minute]}:{second % 60:02d}{NNBSP}{half}] "
    if style == "android12":
        return f"{clock.DMY[day]}, {_AM_LOWER[minute]} - "
    return f"{clock.MDY[day]}, {_AM_UPPER[minute]} - "


class ChatExport:
    """One conversation as one phone exports it, written as it comes."""

    def __init__(self, folder: Path, thread: Thread, device: Device, devices: Devices) -> None:
        self.thread, self.device, self.devices = thread, device, devices
        self.holding = Holding(thread, device)
        self.labels: dict[str, str] = {}
        self.cells: dict[str, str] = {}
        self.accounts = {member.account.address: member.account for member in thread.members}
        self.title = self._title()
        self.relative = _free(folder, device, self.title)
        self.path = f"evidence/{self.relative}"
        self.cell = cell(self.path)
        self.n_records, self.proven = 0, False
        self.attached: list[tuple[str, str, int]] = []
        path = folder / self.relative
        path.parent.mkdir(parents=True, exist_ok=True)
        self.zip = zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) if device.ios else None
        raw: IO[bytes] = self.zip.open(_info("_chat.txt"), "w", force_zip64=True) if self.zip else path.open("wb")
        self.raw = raw
        self.out = io.TextIOWrapper(raw, encoding="utf-8", newline="", write_through=False)
        self.opened = False

    def label(self, address: str) -> str:
        """What this phone calls an account."""
        found = self.labels.get(address)
        if found is None:
            found = self.labels[address] = self.devices.label(self.device, self.accounts[address])
            self.cells[address] = cell(found)
        return found

    def message(self, message: Message, state: str) -> str:
        """Write one record; returns the state as held (`omitted` when media stayed behind)."""
        if not self.opened:
            self._open(message.at)
        label = self.labels.get(message.sender.address) or self.label(message.sender.address)
        start, text = self._header(message.at // 1000), message.text
        if state == "deleted":
            own = message.sender.key == self.device.owner
            text = ("You deleted this message" if own else "This message was deleted") + (
                "." if self.device.ios else ""
            )
            text = LRM + text if self.device.ios else text
        elif message.media:
            text, start, state = self._media(message, start)
        self.out.write(f"{start}{label}: {text}\n")
        self.n_records += 1
        return state

    def change(self, change: Change) -> bool:
        """Write a system line if this phone saw it."""
        at = change.at * 1000
        seen = self.holding.member(at) or (change.target is not None and change.target.key == self.device.owner)
        if not seen or at < self.holding.cleared_at or at >= self.holding.exported_at:
            return False
        self._open(at)
        self._system(change.at, self._words(change))
        return True

    def close(self) -> None:
        """Finish the file, with the attachments that came along."""
        self._open(self.thread.start * 1000)
        self.out.flush()
        self.out.detach()
        self.raw.close()
        if self.zip:
            for name, kind, number in self.attached:
                self.zip.writestr(_info(name), media.content(kind, number))
            self.zip.close()

    def _title(self) -> str:
        if self.thread.kind == "group":
            return self.thread.title
        other = next(a for a in self.accounts.values() if a.key != self.device.owner)
        return self.label(other.address)

    def _open(self, at: int) -> None:
        if not self.opened:
            self.opened = True
            self._system(at // 1000, NOTICE + ("" if self.device.ios else " Tap to learn more."))

    def _header(self, at: int) -> str:
        shown = clock.local(at) + self.device.offset_s
        if not self.proven and self.device.style == "us":
            self.proven = int(clock.DMY[(shown - clock.FIRST) // clock.DAY_S][:2]) > 12
        return header(self.device.style, shown)

    def _system(self, at: int, words: str) -> None:
        start = self._header(at)
        self.out.write(f"{start}{self.title}: {LRM}{words}\n" if self.device.ios else f"{start}{words}\n")

    def _words(self, change: Change) -> str:
        lines, names = IPHONE if self.device.ios else ANDROID, []
        for account, own in (
            (change.actor, "You"),
            (change.target, "you" if change.kind in ("added", "removed") else "You"),
        ):
            mine = account is not None and account.key == self.device.owner
            names.append(own if mine else self.label(account.address) if account else "")
        before, _, value = change.value.rpartition("\n")
        line = lines[change.kind]
        if change.kind == "number_changed" and not names[0].startswith("+"):
            line = SAVED_NUMBER
        return line.format(a=names[0], t=names[1], v=value, v0=before)

    def _media(self, message: Message, start: str) -> tuple[str, str, str]:
        if not self.device.ios:
            return "<Media omitted>" + (f"\n{message.text}" if message.text else ""), start, "omitted"
        stem, omitted = IPHONE_NAMES[message.media]
        caption = f"{message.text} " if message.text else ""
        if self.device.owner not in WITH_MEDIA or len(self.attached) >= MEDIA_MOST:
            return f"{caption}{LRM}{omitted}", start if caption else LRM + start, "omitted"
        shown = clock.local(message.at // 1000) + self.device.offset_s - clock.FIRST
        day, minute = clock.DMY[shown // clock.DAY_S], clock.CLOCK24[shown % clock.DAY_S // 60]
        stamp = f"{day[6:]}-{day[3:5]}-{day[:2]}-{minute.replace(':', '-')}-{shown % 60:02d}"
        name = f"{self.n_records + 2:08d}-{stem}-{stamp}.{media.SUFFIX[message.media]}"
        self.attached.append((name, message.media, message.no))
        return f"{caption}{LRM}<attached: {name}>", LRM + start, "present"


def _free(folder: Path, device: Device, title: str) -> str:
    """A path that no other chat of this phone has."""
    clean = FORBIDDEN.sub("_", title).strip(" .")
    form = "WhatsApp Chat - {}.zip" if device.ios else "WhatsApp Chat with {}.txt"
    name, number = form.format(clean), 1
    while (folder / device.owner / "whatsapp" / name).exists():
        number += 1
        name = form.format(f"{clean} ({number})")
    return f"{device.owner}/whatsapp/{name}"


def _info(name: str) -> zipfile.ZipInfo:
    info = zipfile.ZipInfo(name, (2021, 9, 6, 9, 0, 0))
    info.compress_type = zipfile.ZIP_DEFLATED
    info.external_attr = 0o644 << 16
    return info
