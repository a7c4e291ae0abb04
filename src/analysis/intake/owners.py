"""Whose exports these are, as far as they show it themselves: for a first draft of registers, never for a finding.

A *holder* is a person who held the exports of one folder. Evidence, strongest first: the account a file names as its
own; the address that stands in all mails of a mailbox; the name under which the app writes the owner's own lines; that
files lie in one folder (weak). Folders named for a channel or a kind of export are passed over. Cannot show: that a
folder belongs to one person where nothing in it names anybody; that a name in a phone is a person's true name.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

import pandas as pd

from analysis.intake import handles
from analysis.intake.result import Intake

MAILS = 3  # of a mailbox; fewer have many addresses in common
SHARE, OTHERS = 0.95, 0.8  # of the mails the owner's address stands in at least, any other at most
READ = ("read", "partial")
SINGLE = ("eml", "msg")  # readers of single mails: their folder is the mailbox
_MAILDIR = re.compile(r"(?:cur|new|tmp)|\..*", re.I)
_GENERIC = frozenset(
    "android backup backups cellebrite chat chats data database databases db device devices documents e email emails "
    "evidence export exports file files from handset handsets imessage inbox ios iphone linkedin mail mailbox "
    "maildir mails mbox media messages mobile of official personal phone phones private received returns sent sms take "
    "takeout text texts the ufdr ufed wa whatsapp work zip".split()
)


@dataclass
class File:
    """One source: where it lay, on which channel, and what it shows of its owner."""

    path: str
    source_id: str
    channel: str
    parts: tuple[str, ...]  # folders above it that may be named for a person
    name: str = ""  # the owner's name in the app
    address: str = ""
    why: str = ""


@dataclass
class Holder:
    """Files of one person, and why they are thought to be."""

    files: list[File]
    folder: str = ""
    names: Counter[str] = field(default_factory=Counter)

    def __post_init__(self) -> None:
        self.names.update(file.name for file in self.files if file.name)

    @property
    def name(self) -> str:
        """The owner's name in the app, else what the folder or an account is called."""
        if self.names:
            return min(self.names, key=lambda name: (-self.names[name], name))
        return self.folder or next(address for _, address in sorted(self.accounts))

    @property
    def accounts(self) -> dict[tuple[str, str], str]:
        """Channel and address of each account, with its reason and an example."""
        found: dict[tuple[str, str], str] = {}
        for file in self.files:
            if file.address:
                found.setdefault((file.channel, file.address), f"{file.why}, e.g. in {file.path}")
        return found

    @property
    def why(self) -> str:
        """What joins the files."""
        told = [f"files of the folder {self.folder} (weak: only its name joins them)"] if self.folder else []
        if self.names:
            told.append(f"{self.names[self.name]} chats show {self.name} as their owner")
        return "; ".join([*told, *(f"{address}: {why}" for (_, address), why in sorted(self.accounts.items()))])


def holders(taken: Intake) -> list[Holder]:
    """Who held what, in order of path; files that show nobody and lie in no folder of anybody are left out."""
    found = _split(_files(taken), 0, "")
    merged: dict[tuple[str, str], Holder] = {}
    kept: list[Holder] = []
    for holder in found:
        known = next((merged[key] for key in holder.accounts if key in merged), None)
        if known:
            known.files += holder.files
            known.names.update(holder.names)
        else:
            kept.append(holder)
        merged.update(dict.fromkeys(holder.accounts, known or holder))
    return kept


def _files(taken: Intake) -> list[File]:
    rows = taken.sources[taken.sources["status"].isin(READ) & (taken.sources["n_copies"] > 0)]
    labels = taken.identities[taken.identities["kind"] == "name"].set_index("identity_id")["raw"].to_dict()
    boxes = _mailboxes(taken, rows)
    files = []
    for row in rows.sort_values("path").itertuples():
        address, why = (str(row.address), str(row.address_basis)) if isinstance(row.address, str) else ("", "")
        if not address and row.source_id in boxes:
            address, why = boxes[str(row.source_id)]
        channel = str(row.channel) if isinstance(row.channel, str) else ""
        name = str(labels.get(row.owner_identity_id, ""))
        files.append(File(str(row.path), str(row.source_id), channel, _parts(row), name, address, why))
    return files


def _folders(row: object) -> list[str]:
    return re.split(r"[/!]", str(row.path))[:-1]  # type: ignore[attr-defined]


def _parts(row: object) -> tuple[str, ...]:
    """Folders that may be named for a person; that of single mails is a mailbox like any mbox."""
    folders = [one for one in _folders(row) if not _MAILDIR.fullmatch(one)]
    above = folders[:-1] if row.reader in SINGLE else folders  # type: ignore[attr-defined]
    named = [[one for one in some if not _generic(one)] for some in (above, folders)]
    return tuple(named[0] or named[1])


def _generic(folder: str) -> bool:
    return all(word in _GENERIC or len(word) < 2 for word in re.findall(r"[^\W\d_]+|\d+", folder.casefold()))


def _mailboxes(taken: Intake, rows: pd.DataFrame) -> dict[str, tuple[str, str]]:
    """Source -> the one address that stands in (nearly) all mails of its mailbox, and how often it does."""
    mail = rows[(rows["channel"] == "email") & rows["address"].isna()]
    box = {str(row.source_id): _box(row) for row in mail.itertuples()}
    copies = taken.copies[taken.copies["source_id"].isin(list(box))]
    box_of = copies.set_index("copy_id")["source_id"].map(box)
    people = pd.concat([
        taken.recipients[["copy_id", "identity_id"]],
        copies[["copy_id", "sender_identity_id"]].set_axis(["copy_id", "identity_id"], axis=1),
    ]).drop_duplicates()  # fmt: skip
    address = taken.identities[taken.identities["kind"] == "email"].set_index("identity_id")["normal"]
    people = people.assign(box=people["copy_id"].map(box_of), address=people["identity_id"].map(address)).dropna()
    sizes, owners = box_of.value_counts(), dict[str, tuple[str, str]]()
    for name, counts in people.groupby("box")["address"].value_counts().groupby(level=0):
        of = int(sizes[name])
        ranked = sorted((-int(n), str(address)) for address, n in counts.droplevel(0).items())
        often = [address for n, address in ranked if -n >= SHARE * of]
        named = [one for one in often if one.partition("@")[0] in _words(str(name))]
        runner_up = -ranked[1][0] if len(ranked) > 1 else 0
        if of >= MAILS and often and runner_up <= OTHERS * of:
            owners[str(name)] = ranked[0][1], f"stands in {-ranked[0][0]} of {of} mails, no other in over {runner_up}"
        elif len(named) == 1:
            owners[str(name)] = named[0], f"stands in nearly all of {of} mails, and the mailbox bears its name (weak)"
    return {source: owners[name] for source, name in box.items() if name in owners}


def _words(path: str) -> tuple[str, ...]:
    """The last part of a path, with and without what follows its dots."""
    words = path.casefold().rpartition("/")[2].split(".")
    return tuple(".".join(words[:n]) for n in range(1, len(words) + 1))


def _box(row: object) -> str:
    folders = _folders(row)
    while folders and _MAILDIR.fullmatch(folders[-1]):
        folders.pop()
    return "/".join(folders) if row.reader in SINGLE else str(row.path)  # type: ignore[attr-defined]


def _one(files: Iterable[File], folder: str) -> bool:
    """Whether nothing tells two owners: one name, one address on a channel (in a person's folder: at a mail domain)."""
    seen: dict[tuple[str, str], str] = {}
    for file in files:
        place = file.channel, file.address.rpartition("@")[2] if folder and file.channel == "email" else ""
        told = ((("name", ""), handles.name(file.name)), (place, file.address))
        if any(value and seen.setdefault(key, value) != value for key, value in told):
            return False
    return True


def _split(files: Sequence[File], depth: int, folder: str) -> list[Holder]:
    """Part files by folders until no part shows two owners; a folder with several named folders is no person's own."""
    below: dict[str, list[File]] = {}
    for file in files:
        below.setdefault(file.parts[depth] if len(file.parts) > depth else "", []).append(file)
    here = below.pop("", [])
    if folder and _one(files, folder) and (len(below) < 2 or _shared(below.values())):
        return [Holder(list(files), folder)]
    found = [holder for name, some in sorted(below.items()) for holder in _split(some, depth + 1, name)]
    if here and (folder or not found) and _one(here, folder) and any(file.name or file.address for file in here):
        return [Holder(here, folder), *found]
    alone: dict[str, list[File]] = {}
    for file in here:
        if key := handles.name(file.name) or file.address:
            alone.setdefault(key, []).append(file)
    return [*(Holder(some) for _, some in sorted(alone.items())), *found]


def _shared(parts: Iterable[Sequence[File]]) -> bool:
    """Whether all parts show the same owner's name."""
    names = [{handles.name(file.name) for file in part if file.name} for part in parts]
    return all(names) and len(set.union(*names)) == 1
