"""Raw exports in, copies and events out: custody, containers, and one reader per format.

`READERS` are tried in this order on the content of each file; `take` reads everything a matter was handed.
"""

from __future__ import annotations

import logging
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import partial
from importlib import import_module
from pathlib import Path

from analysis.intake import cache, carving, databases, media, pictures
from analysis.intake.accounting import settle
from analysis.intake.assembly import assembled
from analysis.intake.containers import IN_ZIP
from analysis.intake.custody import UNOPENED, breaches, missing, received, without_duplicates
from analysis.intake.declarations import Holders, Register
from analysis.intake.listing import Listing
from analysis.intake.pieces import Piece
from analysis.intake.records import Opened, Reader
from analysis.intake.result import Intake
from analysis.intake.stack import Source
from analysis.intake.worker import BASE_S, PER_BYTE_S, Call, Workers
from analysis.matter import Matter
from analysis.progress import Progress, quiet

__all__ = ["READERS", "Intake", "breaches", "take"]
# Free text is tried last of what content decides; a mapping is declared.
_MODULES = (
    "msgstore", "chatstorage", "mmssms", "imessage", "wa_contacts",
    "sms_xml", "ufed", "rsmf", "linkedin", "mbox", "eml", "pst", "msg", "whatsapp_text", "mapped",
)  # fmt: skip
READERS: dict[str, Reader] = {name: import_module(f"analysis.intake.{name}").READER for name in _MODULES}
_log = logging.getLogger(__name__)


def take(
    matter: Matter, jobs: int = 1, progress: Progress = quiet, readers: Mapping[str, Reader] | None = None
) -> Intake:
    """Read the whole evidence folder: every file gets a row in `sources`, whatever it is.

    Parameters
    ----------
    matter
        Its evidence is opened for reading only; readings are kept under `matter.work`, so that a second run, or one
        that was killed, reads only what is new. The frames are the same either way.
    jobs
        Worker processes. A reader that crashes, hangs or overeats fails its own source alone.
    progress
        Told what is being done (hashing, unpacking, reading), how many are done, of how many.
    readers
        Instead of `READERS`; their functions must stand at the top of a module.

    Raises
    ------
    EvidenceError
        There is no evidence folder, a register cannot be read, or results would be written into the evidence.
    """
    readers, tell, work = READERS if readers is None else readers, progress, matter.work / "intake"
    asked = list(readers.values())
    register = Register(matter.register("sources"))
    with Workers(jobs) as workers:
        listing = Listing(work, asked, workers, tell)
        pieces = received(matter, asked, workers, tell)
        databases.paired(pieces)
        without_duplicates(pieces, register, readers)
        _mapped(pieces, register, Holders(matter))
        pieces = databases.told(listing.rows(pieces), asked, workers, work / "copies")
        _mapped(pieces, register, Holders(matter))
        without_duplicates(pieces, register, readers)
        media.offer(pieces)
        sources = _sources(matter, pieces + missing(pieces, register), register, readers)
        _read(sources, readers, listing, work / "readings", tell)
        databases.settle(source.piece for source in sources)
        media.settle(sources)
        for folder in (listing.folder, work / "copies"):
            shutil.rmtree(folder, ignore_errors=True)
    intake = assembled(sources)
    _log.info("%d sources, %d copies, %d events", len(intake.sources), len(intake.copies), len(intake.events))
    return intake


def _mapped(pieces: Sequence[Piece], register: Register, holders: Holders) -> None:
    """Hand the tables for which `sources.csv` names a mapping to the reader of tables, whatever they look like."""
    for piece in pieces:
        name = register.about(piece.location).mapping
        if name and piece.status in ("", "unsupported") and piece.detected not in UNOPENED:
            piece.reader, piece.status, piece.reason = "mapped", "", ""
            if piece.inner:
                piece.refuse(
                    "unsupported", "a mapping is declared for it: put a copy of the table outside of the container"
                )
            elif not holders.mapping(name):
                piece.refuse(
                    "unreadable", f"sources.csv names the mapping {name[:80]}; put it into registers/mappings/"
                )


def _sources(
    matter: Matter, pieces: Sequence[Piece], register: Register, readers: Mapping[str, Reader]
) -> list[Source]:
    holders = Holders(matter)
    sources = []
    for piece in pieces:
        declared = register.about(piece.location)
        channel = readers[piece.reader].channel if piece.reader in readers else declared.channel
        channel = "" if piece.part_of else channel
        hints = replace(holders.hints(declared, channel), carve=matter.carve and piece.beside is not None)
        sources.append(Source(piece, declared, channel, hints))
    return sorted(sources, key=lambda source: source.piece.location)


def _read(
    sources: Sequence[Source], readers: Mapping[str, Reader], listing: Listing, folder: Path, tell: Progress
) -> None:
    """Read what no earlier run has read, then load every reading."""
    wanted = [source for source in sources if source.piece.reader in readers and not source.piece.status]
    targets = [folder / f"{_key(source)}.arrow" for source in wanted]
    for source, target in zip(wanted, targets, strict=True):
        source.reading = cache.load(target)
    new = [place for place, source in enumerate(wanted) if not source.reading]
    listing.unpacked([wanted[place].piece for place in new])
    calls = [_call(wanted[place], readers[wanted[place].piece.reader], targets[place]) for place in new]
    for done, (place, outcome) in enumerate(listing.workers.outcomes(calls)):
        source = wanted[new[place]]
        source.reading = None if outcome.failure else cache.load(targets[new[place]])
        if not source.reading:
            source.piece.refuse("unreadable", outcome.failure or "its reading could not be kept: is the disk full?")
        tell("reading", done + 1, len(calls))
    for source in wanted:
        if source.reading:
            settle(source.piece, source.reading)
            if not readers[source.piece.reader].channel:
                source.channel = source.reading.channel


def _opened(piece: Piece) -> Opened:
    inner = piece.inner if piece.detected.endswith(IN_ZIP) else ""
    members = {name: (size, digest) for name, (size, digest) in piece.members.items()}
    return Opened(Path(piece.file), piece.location, members, inner, beside=piece.beside)


def _key(source: Source) -> str:
    piece = source.piece
    return cache.key(piece.location, piece.sha256, piece.reader, _opened(piece), source.hints)


def _call(source: Source, reader: Reader, target: Path) -> Call:
    copies = str(target.parent.parent / "copies")
    per_byte = pictures.PER_BYTE_S if pictures.engine() else PER_BYTE_S
    seconds = BASE_S + per_byte * source.piece.content_bytes
    read = partial(carving.after, reader.read, reader.carves) if source.hints.carve else reader.read
    return Call(cache.fill, (read, _opened(source.piece), source.hints, str(target), copies), seconds)
