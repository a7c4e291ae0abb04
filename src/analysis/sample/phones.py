"""WhatsApp's own databases as they lie in a phone: Android's msgstore.db with wa.db, iPhone's ChatStorage.sqlite."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from analysis.sample import clock
from analysis.sample.copies import DELETED, PRESENT, Holding
from analysis.sample.databases import Base
from analysis.sample.devices import DATABASES, Device, Devices
from analysis.sample.ledger import Message
from analysis.sample.spill import Spill
from analysis.sample.threads import TIMER_S, Change, Thread
from analysis.sample.truth import Truth, cell
from analysis.store import make_id

NAMES = {"msgstore": "msgstore.db", "chatstorage": "ChatStorage.sqlite"}
APPLE_S = 978_307_200
ANDROID_MEDIA = {"": 0, "image": 1, "audio": 2, "document": 9}
IPHONE_MEDIA = {"": 0, "image": 1, "audio": 3, "document": 8}
MIME = {"image": "image/jpeg", "audio": "audio/ogg; codecs=opus", "document": "application/pdf"}
ACTIONS = {"created": 11, "added": 12, "left": 5, "removed": 14, "joined": 20, "subject_changed": 1, "timer_on": 56,
           "timer_off": 56, "number_changed": 28}  # fmt: skip
EVENTS = {"created": 12, "added": 2, "left": 3, "removed": 7, "joined": 15, "subject_changed": 1, "timer_on": 26,
          "timer_off": 26, "number_changed": 9}  # fmt: skip
GAP = "gap"  # a row the owner deleted for himself: its number is missing
REACTS, REACTION = 23, "\N{THUMBS UP SIGN}"  # every so many messages of a group get one
EDITS, EDIT_MS, EDITED = 29, 240_000, 15  # every so many texts of some length are changed, minutes later
READ_MS = (2_000, 90_000)  # a message reaches the other phones, and is read
TIMER_TAG = b"\xa0\x02"  # field 36 of the row's metadata: seconds, as a variable-length number


class Chat:
    """One conversation in a phone's database; its rows wait in the spill until all conversations are told."""

    def __init__(self, thread: Thread, device: Device, devices: Devices, spill: Spill, path: str) -> None:
        self.thread, self.device, self.spill = thread, device, spill
        self.holding, self.path, self.cell = Holding(thread, device), path, cell(path)
        self.accounts = [member.account for member in thread.members]
        for account in self.accounts:
            devices.label(device, account)
        self.n_changes = 0

    def message(self, message: Message, state: str) -> None:
        """Keep what the phone keeps of a message: the row, its tombstone, or nothing."""
        if state in (PRESENT, DELETED):
            own = message.sender.key == self.device.owner
            self._add(message.at, message.no, "", own, message.sender.address, message.text, message.media,
                      message.deleted_at if state == DELETED else 0)  # fmt: skip
        elif state == "absent":
            self._add(message.at, message.no, GAP, False, "", "", "", 0)

    def change(self, change: Change) -> bool:
        """Keep a line of the app, if this phone saw it."""
        at = change.at * 1000
        seen = self.holding.member(at) or (change.target is not None and change.target.key == self.device.owner)
        if not seen or at < self.holding.cleared_at or at >= self.holding.exported_at:
            return False
        self.n_changes += 1
        actor, target = change.actor, change.target
        self._add(at, -1000 * self.thread.no - self.n_changes, change.kind, False, actor.address if actor else "",
                  target.address if target else "", change.value.rpartition("\n")[2], 0)  # fmt: skip
        return True

    def _add(self, at: int, order: int, *values: object) -> None:
        self.spill.add(f"chats {self.device.owner}", (at, order, self.thread.no, *values))


class Phones:
    """All phones whose database was taken."""

    def __init__(self, devices: Devices, spill: Spill) -> None:
        self.devices, self.spill = devices, spill
        self.chats: dict[str, dict[int, Chat]] = {}

    def chat(self, thread: Thread, device: Device) -> Chat:
        """A conversation of a phone."""
        path = f"evidence/{device.owner}/whatsapp/{NAMES[DATABASES[device.owner]]}"
        chat = Chat(thread, device, self.devices, self.spill, path)
        self.chats.setdefault(device.owner, {})[thread.no] = chat
        return chat

    def write(self, folder: Path, truth: Truth) -> list[tuple[str, Device]]:
        """Write every phone's database; returns path and phone of each."""
        written = []
        for owner, chats in sorted(self.chats.items()):
            device, form = self.devices.by_owner[owner], DATABASES[owner]
            path, seq = f"{owner}/whatsapp/{NAMES[form]}", 0
            phone = (Android if form == "msgstore" else Iphone)(folder / path, device, chats)
            for row in self.spill.sorted(f"chats {owner}"):
                if row[3] == GAP:
                    phone.base.skip("message" if form == "msgstore" else "ZWAMESSAGE")
                    continue
                phone.row(*row)
                if row[1] > 0:
                    state = "deleted" if row[8] else "present"
                    truth.add("copies", f"t{row[1]}", f"evidence/{path}", seq, state, row[5])
                    seq += 1
            phone.close()
            truth.add("gaps", f"evidence/{path}", phone.base.skipped)
            for no, at in phone.edits:
                truth.add("edits", f"t{no}", f"evidence/{path}", clock.iso(at), "")
            for no, address, value in phone.reactions:
                truth.add("reactions", f"t{no}", f"evidence/{path}", address, value)
            for account in sorted({a.address: a for chat in chats.values() for a in chat.accounts}.items()):
                truth.add("labels", f"evidence/{path}", account[0], account[0], account[1].person.key)
            written.append((path, device))
            if form == "msgstore":
                written.append((f"{owner}/whatsapp/wa.db", device))
                _contacts(folder / written[-1][0], device)
        return written


def jid(address: str) -> str:
    """WhatsApp's address of a number."""
    return f"{address.removeprefix('+')}@s.whatsapp.net"


def _where(chat: Chat) -> str:
    """Address of a conversation: a group's own number, or the other's."""
    if chat.thread.kind == "group":
        return f"1203630{int(make_id('group', chat.thread.no)[:9], 16):011d}@g.us"
    return jid(next(account.address for account in chat.accounts if account.key != chat.device.owner))


def _key(no: int) -> str:
    return make_id("key", no).upper()


def _contacts(path: Path, device: Device) -> None:
    base = Base(path, "wa")
    for address, label in sorted(device.book.items()):
        base.add("wa_contacts", jid=jid(address), number=address, display_name=label or None)
    base.close()


def _present(chat: Chat) -> Iterable[str]:
    """Members when the phone was handed over."""
    at = chat.device.exported_at
    return [member.account.address for member in chat.thread.members if member.since <= at < member.until]


class Android:
    """msgstore.db."""

    def __init__(self, path: Path, device: Device, chats: dict[int, Chat]) -> None:
        self.base, self.device, self.chats = Base(path, "msgstore"), device, chats
        self.reactions: list[tuple[int, str, str]] = []
        self.edits: list[tuple[int, int]] = []
        for no, chat in sorted(chats.items()):
            place, group = self._jid(_where(chat)), chat.thread.kind == "group"
            self.base.once("chat", str(no), {"jid_row_id": place, "subject": chat.thread.title if group else None})
            for member in _present(chat) if group else ():
                self.base.add("group_participant_user", group_jid_row_id=place, user_jid_row_id=self._jid(jid(member)))

    def _jid(self, raw: str) -> int:
        user, _, server = raw.partition("@")
        return self.base.once("jid", raw, {"user": user, "server": server, "type": 0, "raw_string": raw})

    def row(
        self, at: int, order: int, no: int, kind: str, own: bool, who: str, text: str, more: str, deleted_at: int
    ) -> None:
        """A message (`kind` empty; `text`, media) or a line of the app (`who` to `text`: its target; a value)."""
        group, acts = self.chats[no].thread.kind == "group", bool(kind)
        sender = self._jid(jid(who)) if acts or (group and not own) else 0
        code = 7 if acts else 15 if deleted_at else ANDROID_MEDIA[more]
        body = (more if kind in ("created", "subject_changed") else None) if acts else text
        edited = not (acts or deleted_at or more) and order % EDITS == 0 and len(text) > EDITED
        key = make_id("edit", order).upper() if edited else _key(order)  # a changed message has a key of its own
        row = self.base.add(
            "message", chat_row_id=self.base.ids["chat", str(no)], from_me=int(own or acts), key_id=key,
            sender_jid_row_id=sender, status=6 if acts else 0, timestamp=at, received_timestamp=at, message_type=code,
            text_data=None if deleted_at or (more and not acts) else body,
        )  # fmt: skip
        if acts:
            self._act(row, kind, who, text)
        elif deleted_at:
            self.base.add("message_revoked", message_row_id=row, revoked_key_id=_key(order),
                          revoke_timestamp=deleted_at)  # fmt: skip
        elif more:
            self.base.add("message_media", message_row_id=row, mime_type=MIME[more], media_caption=text or None,
                          file_path=f"Media/{more}-{order}", file_size=4096)  # fmt: skip
        elif edited:
            self.base.add("message_edit_info", message_row_id=row, original_key_id=_key(order),
                          edited_timestamp=at + EDIT_MS, sender_timestamp=at + EDIT_MS)  # fmt: skip
            self.edits.append((order, at + EDIT_MS))
        if not acts and not deleted_at:
            self._beside(row, at, order, no, own, who)

    def _beside(self, row: int, at: int, order: int, no: int, own: bool, who: str) -> None:
        """Receipts of the owner's messages, and now and then somebody's reaction."""
        others = [address for address in _present(self.chats[no]) if address != who]
        owner = next(a.address for a in self.chats[no].accounts if a.key == self.device.owner)
        for address in others if own else ():
            self.base.add("receipt_user", message_row_id=row, receipt_user_jid_row_id=self._jid(jid(address)),
                          receipt_timestamp=at + READ_MS[0], read_timestamp=at + READ_MS[1])  # fmt: skip
        if self.chats[no].thread.kind == "group" and order % REACTS == 0 and others:
            address = others[order % len(others)]
            mark = self.base.add(
                "message_add_on", from_me=int(address == owner), key_id=_key(-order), parent_message_row_id=row,
                sender_jid_row_id=0 if address == owner else self._jid(jid(address)), timestamp=at + READ_MS[1],
                message_add_on_type=56,
            )  # fmt: skip
            self.base.add("message_add_on_reaction", message_add_on_row_id=mark, reaction=REACTION,
                          sender_timestamp=at + READ_MS[1])  # fmt: skip
            self.reactions.append((order, address, REACTION))

    def _act(self, row: int, kind: str, who: str, target: str) -> None:
        self.base.add("message_system", message_row_id=row, action_type=ACTIONS[kind])
        if kind == "number_changed":
            self.base.add("message_system_number_change", message_row_id=row, old_jid_row_id=self._jid(jid(who)),
                          new_jid_row_id=self._jid(jid(target)))  # fmt: skip
        elif kind in ("timer_on", "timer_off"):
            self.base.add("message_ephemeral_setting", message_row_id=row,
                          setting_duration=TIMER_S if kind == "timer_on" else 0)  # fmt: skip
        elif target:
            self.base.add("message_system_chat_participant", message_row_id=row, user_jid_row_id=self._jid(jid(target)))

    def close(self) -> None:
        """Finish the file."""
        self.base.close()


class Iphone:
    """ChatStorage.sqlite."""

    def __init__(self, path: Path, device: Device, chats: dict[int, Chat]) -> None:
        self.base, self.device, self.chats = Base(path, "chatstorage"), device, chats
        self.reactions: list[tuple[int, str, str]] = []  # kept elsewhere by this app
        self.edits: list[tuple[int, int]] = []  # not kept at all
        self.last = 0
        for no, chat in sorted(chats.items()):
            group = chat.thread.kind == "group"
            other = next(account for account in chat.accounts if account.key != device.owner)
            name = chat.thread.title if group else device.book.get(other.address) or other.address
            session = self.base.once("ZWACHATSESSION", str(no), {
                "ZSESSIONTYPE": int(group), "ZREMOVED": 0, "ZCONTACTJID": _where(chat), "ZPARTNERNAME": name,
            })  # fmt: skip
            held = set(_present(chat))
            for account in chat.accounts if group else ():
                active, label = int(account.address in held), device.book.get(account.address) or None
                values = {"ZCHATSESSION": session, "ZISACTIVE": active, "ZMEMBERJID": jid(account.address),
                          "ZCONTACTNAME": label}  # fmt: skip
                self.base.once("ZWAGROUPMEMBER", f"{no} {account.address}", values)

    def row(
        self, at: int, order: int, no: int, kind: str, own: bool, who: str, text: str, more: str, deleted_at: int
    ) -> None:
        """A message (`kind` empty; `text`, media) or a line of the app (`who` to `text`: its target; a value)."""
        chat, acts = self.chats[no], bool(kind)
        moved = text if kind in ("added", "removed", "left", "joined") else ""
        member = self.base.ids.get(("ZWAGROUPMEMBER", f"{no} {moved or who}")) if acts or not own else None
        words = jid(who) if kind in ("added", "removed") else jid(text) if kind == "number_changed" else more or None
        body = words if acts else None if deleted_at or more else text
        session = self.base.ids["ZWACHATSESSION", str(no)]
        self.last = self.base.add(
            "ZWAMESSAGE", ZISFROMME=int(own), ZMESSAGETYPE=6 if acts else 14 if deleted_at else IPHONE_MEDIA[more],
            ZGROUPEVENTTYPE=EVENTS[kind] if acts else 0, ZFLAGS=0, ZCHATSESSION=session,
            ZGROUPMEMBER=member, ZMESSAGEDATE=at / 1000 - APPLE_S, ZFROMJID=None if own else _where(chat),
            ZTOJID=_where(chat) if own else None, ZSTANZAID=_key(order), ZTEXT=body,
        )  # fmt: skip
        if kind.startswith("timer"):
            seconds = (TIMER_S & 0x7F | 0x80, TIMER_S >> 7 & 0x7F | 0x80, TIMER_S >> 14) if kind == "timer_on" else (0,)
            self.base.add("ZWAMEDIAITEM", ZMESSAGE=self.last, ZMETADATA=TIMER_TAG + bytes(seconds))
        elif more and not acts and not deleted_at:
            self.base.add("ZWAMEDIAITEM", ZMESSAGE=self.last, ZFILESIZE=4096, ZTITLE=text or None,
                          ZMEDIALOCALPATH=f"Media/{more}-{order}", ZVCARDSTRING=MIME[more])  # fmt: skip

    def close(self) -> None:
        """Finish the file, with the highest number given out."""
        self.base.add("Z_PRIMARYKEY", Z_NAME="WAMessage", Z_SUPER=0, Z_MAX=self.last)
        self.base.close()
