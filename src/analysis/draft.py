"""A first draft of `matter.toml` and the registers from a folder of exports: everything inferred says why.

The draft is for a person to correct. It never changes an export and never writes over a file that is there. A row that
still says why it was drafted is nobody's declaration: what needs a declaration stays `cannot_tell` until the reason is
cleared.
"""

from __future__ import annotations

import json
import tempfile
from collections.abc import Sequence
from pathlib import Path

import pandas as pd
import phonenumbers

from analysis import intake
from analysis.errors import EvidenceError
from analysis.intake import handles
from analysis.intake.owners import Holder, holders
from analysis.intake.pieces import containers
from analysis.intake.result import Intake
from analysis.matter import Matter
from analysis.progress import Progress, quiet
from analysis.registers import REGISTERS
from analysis.store import write_text

DOMAINS_SHOWN = 8
REGION_SHARE = 0.5
"""Of the numbers that say their country, more than this share must be of one for it to be the drafted region."""


def draft(folder: Path, progress: Progress = quiet) -> list[Path]:
    """Write `matter.toml`, `registers/custodians.csv`, `accounts.csv` and `sources.csv`; returns what was written.

    Raises
    ------
    EvidenceError
        The folder is missing or empty, or one of the files is there already.
    """
    with tempfile.TemporaryDirectory() as work:
        matter = Matter.open(folder, out=work)
        if not matter.evidence_files():
            raise EvidenceError(
                f"{matter.folder.name} holds no files; put the exports there, or into evidence/ below it"
            )
        wanted = [matter.folder / "matter.toml"]
        wanted += [matter.place("registers") / f"{name}.csv" for name in ("custodians", "accounts", "sources")]
        for path in wanted:
            if path.exists():
                raise EvidenceError(f"{path.name} is there already and is not written over; move it away to draft anew")
        taken = intake.take(matter, progress=progress)
    found = holders(taken)
    texts = [_toml(matter, taken), _custodians(found), _accounts(found), _sources(taken, found)]
    for path, text in zip(wanted, texts, strict=True):
        write_text(path, text)
    return wanted


def _toml(matter: Matter, taken: Intake) -> str:
    times = taken.copies["sent_at"].dropna()
    first, last = (times.min().date(), times.max().date()) if len(times) else (matter.first_on, matter.last_on)
    domains = taken.identities.loc[taken.identities["kind"] == "email", "normal"].str.split("@").str[-1].value_counts()
    seen = ", ".join(
        f"{domain} ({count})"
        for domain, count in sorted(domains.items(), key=lambda pair: (-pair[1], pair[0]))[:DOMAINS_SHOWN]
    )
    lines = [
        "# Drafted from the exports; correct it. What is not known is empty. A row of a register with a `why` was",
        "# inferred, and counts as nobody's declaration until its `why` is cleared.",
        "[matter]",
        f"id = {json.dumps(matter.folder.name)}",
        f"title = {json.dumps(matter.folder.name)}",
        'authority = ""  # who investigates',
        'subject = ""  # who is investigated',
        f'zone = "{matter.zone}"  # assumed: for exports that carry no zone',
        _region(matter, taken),
        f'period = {{ from = "{first}", to = "{last}" }}  # first and last time in the exports',
        f"official_domains = []  # domains seen, with addresses: {seen or 'none'}",
    ]
    if matter.evidence == matter.folder:
        lines.append('evidence = "."  # the exports lie in this folder itself')
    lines += [
        "[intake]",
        "carve = false  # true: search unused parts of databases for deleted messages, counted nowhere",
    ]
    return "\n".join(lines) + "\n"


def _region(matter: Matter, taken: Intake) -> str:
    """The region of most numbers that are written with a country code, where it is that of more than half."""
    raw = taken.identities.loc[taken.identities["kind"] == "phone", "raw"]
    counts = raw.map(handles.region).pipe(lambda found: found[found.isin(sorted(phonenumbers.SUPPORTED_REGIONS))])
    seen = counts.value_counts()
    if seen.empty or seen.iloc[0] <= REGION_SHARE * len(counts):
        return f'region = "{matter.region}"  # assumed: for numbers without a country code'
    why = f"{seen.iloc[0]} of {len(counts)} numbers with a country code are of it"
    return f'region = "{seen.index[0]}"  # {why}; for numbers without one'


def _custodians(found: Sequence[Holder]) -> str:
    rows = [(key, holder.name, holder.why) for key, holder in _keyed(found)]
    frame = pd.DataFrame(rows, columns=["custodian_id", "name", "why"])
    return _csv(frame.reindex(columns=[*REGISTERS["custodians"], "why"]))


def _accounts(found: Sequence[Holder]) -> str:
    rows = [
        (key, channel, address, why)
        for key, holder in _keyed(found)
        for (channel, address), why in sorted(holder.accounts.items())
    ]
    frame = pd.DataFrame(rows, columns=["custodian_id", "channel", "address", "why"]).assign(ownership="unknown")
    return _csv(frame.reindex(columns=[*REGISTERS["accounts"], "why"]))


def _sources(taken: Intake, found: Sequence[Holder]) -> str:
    outer = containers(taken.sources["path"])
    sources = taken.sources[~taken.sources["path"].isin(list(outer))]
    held = {outer.get(file.path, file.path): (key, file) for key, holder in _keyed(found) for file in holder.files}
    proven = sources["date_order_basis"] == "proven"
    order = "; date order " + sources["date_order_basis"].astype("str")
    frame = pd.DataFrame(dict.fromkeys(REGISTERS["sources"], ""), index=sources.index).assign(
        path=sources["path"],
        custodian_id=[held[path][0] if path in held else "" for path in sources["path"]],
        channel=sources["channel"],
        address=[held[path][1].address if path in held else "" for path in sources["path"]],
        sha256=sources["sha256"],
        date_order=sources["date_order"].where(proven, ""),
        why=sources["status"] + order.where(sources["date_order_basis"].notna(), ""),
    )
    return _csv(frame)


def _keyed(found: Sequence[Holder]) -> list[tuple[str, Holder]]:
    return [(f"C{number:03d}", holder) for number, holder in enumerate(found, 1)]


def _csv(frame: pd.DataFrame) -> str:
    text: str = frame.fillna("").to_csv(index=False, lineterminator="\n")
    return text
