"""The package of an RSMF file: its manifest, the files beside it, and the header of the mail around it."""

from __future__ import annotations

import hashlib
import io
import json
import re
import zipfile
import zlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from analysis.errors import FormatError
from analysis.intake.mail_headers import Fields, split_header
from analysis.intake.mail_parts import parts
from analysis.intake.records import Opened

MANIFEST = "rsmf_manifest.json"
FILE_BYTES = 1 << 29  # Relativity takes up to 200 MB or 2 GB a file; recommended are 10,000 events
RATIO, FLOOR_BYTES = 200, 16 << 20  # a member that unpacks to more is a bomb; text packs 5 to 40 times
BLOCK = 1 << 20
_LEAD = re.compile(rb"(?:\xef\xbb\xbf)?(?:\r?\n)*")
_JSON = re.compile(rb"(?:\xef\xbb\xbf)?\s*\{")
_HEADERS = {"version": "x-rsmf-version", "generator": "x-rsmf-generator", "events": "x-rsmf-eventcount",
            "custodian": "x-rsmf-custodian"}  # fmt: skip
_SURROGATE = re.compile("[\ud800-\udfff]")


DAMAGED = "rsmf.zip is damaged: some of its files could not be read"
NO_LIST = {name: f"the manifest has no list of {name}, which the format requires"
           for name in ("participants", "conversations", "events")}  # fmt: skip
UNREAD = frozenset({DAMAGED, NO_LIST["events"]})


@dataclass
class Package:
    """A manifest with the files of its zip: name -> (bytes, SHA-256)."""

    manifest: dict[str, Any]
    files: Mapping[str, tuple[int, str]]
    headers: dict[str, str] = field(default_factory=dict)
    faults: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


def storable(text: str) -> str:
    """Text without half characters, which JSON can hold and nothing else can."""
    return _SURROGATE.sub("\ufffd", text)


def recognises(head: bytes, name: str) -> bool:
    """A mail that says it is RSMF, or the manifest itself."""
    if _JSON.match(head):
        keys = sum(f'"{key}"'.encode() in head for key in ("participants", "conversations", "events"))
        return keys == 3 or (keys > 0 and name.lower() == MANIFEST)
    fields, _ = split_header(head[_LEAD.match(head).end() :])  # type: ignore[union-attr]  # matches everywhere
    return "x-rsmf-version" in fields.values


def opened(source: Opened) -> Package:
    """Find manifest and files, in the mail or beside the manifest.

    Raises
    ------
    FormatError
        There is no zip with a manifest, or the manifest is no JSON object.
    """
    with source.path.open("rb") as stream:
        raw = stream.read(FILE_BYTES + 1)
    if len(raw) > FILE_BYTES:
        raise FormatError(f"the RSMF file is larger than {FILE_BYTES} bytes; ask for it in slices")
    if _JSON.match(raw):
        return _checked(Package(_object(raw), source.members), Fields())
    lead = _LEAD.match(raw).end()  # type: ignore[union-attr]  # matches everywhere
    fields, start = split_header(raw[lead:])
    leaves = parts(fields, raw[lead + start :])
    zips = [leaf for leaf in leaves if (leaf.name or "").lower().endswith(".zip")]
    if not zips:
        raise FormatError("the mail says it is RSMF and carries no rsmf.zip; ask for the file again")
    main = next((leaf for leaf in zips if (leaf.name or "").lower() == "rsmf.zip"), zips[0])
    package = _unzipped(main.content([]))
    package.headers = {key: text for key, name in _HEADERS.items() if (text := fields.text(name))}
    extra = sum(leaf is not main and bool(leaf.name) for leaf in leaves)
    package.faults += ["attachments of the mail beside rsmf.zip, which the format forbids: not read"] * extra
    return _checked(package, fields)


def _unzipped(content: bytes) -> Package:
    """Manifest and hashes of one rsmf.zip, within limits."""
    files: dict[str, tuple[int, str]] = {}
    faults, manifest = list[str](), None
    left = max(RATIO * len(content), FLOOR_BYTES)
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            for info in archive.infolist():
                if info.is_dir() or info.filename in files:
                    faults.append("members of rsmf.zip that are folders or repeat a name: not read")
                    continue
                kept, digest, size = bytearray(), hashlib.sha256(), 0
                with archive.open(info) as member:
                    while block := member.read(BLOCK):
                        size, left = size + len(block), left - len(block)
                        if left < 0:
                            raise FormatError(f"rsmf.zip unpacks to more than {RATIO} times its size; not read")
                        digest.update(block)
                        kept += block if info.filename.lower() == MANIFEST else b""
                files[info.filename] = (size, digest.hexdigest())
                manifest = bytes(kept) if info.filename.lower() == MANIFEST else manifest
    except (zipfile.BadZipFile, zlib.error, EOFError, OSError, ValueError, RuntimeError, NotImplementedError) as error:
        if manifest is None:
            raise FormatError(f"rsmf.zip is damaged and its manifest cannot be read: {type(error).__name__}") from error
        faults.append(DAMAGED)
    if manifest is None:
        raise FormatError(f"rsmf.zip holds no {MANIFEST}; ask for the file again")
    return Package(_object(manifest), files, faults=faults)


def _object(raw: bytes) -> dict[str, Any]:
    try:
        found = json.loads(raw.decode("utf-8-sig"))
    except (ValueError, RecursionError) as error:
        raise FormatError(f"{MANIFEST} is no JSON: {type(error).__name__}; ask for the file again") from error
    if not isinstance(found, dict):
        raise FormatError(f"{MANIFEST} holds no object; ask for the file again")
    return found


def _checked(package: Package, fields: Fields) -> Package:
    """What the schema asks of the whole, and what the header says that the manifest does not hold."""
    manifest, faults = package.manifest, package.faults
    for name in ("participants", "conversations", "events"):
        if not isinstance(manifest.get(name), list):
            faults.append(NO_LIST[name])
    version = manifest.get("version")
    package.notes.append(f"RSMF {storable(str(version))[:20]}" if version else "the manifest gives no version")
    counted = package.headers.get("events", "")
    held = len(manifest["events"]) if isinstance(manifest.get("events"), list) else 0
    if counted.isdecimal() and int(counted[:12]) != held:
        package.notes.append(f"the header declares {counted[:12]} events and the manifest holds {held}")
    people = manifest["participants"] if isinstance(manifest.get("participants"), list) else []
    shown = [row.get("avatar") for row in people if isinstance(row, dict)]
    faults += ["avatars that are not in the zip"] * sum(bool(name) and str(name) not in package.files for name in shown)
    return package
