"""A first draft of `matter.toml` and the registers from a folder of exports: everything inferred says why.

The draft is for a person to correct. It never changes an export and never writes over a file that is there.
"""

from __future__ import annotations

import json
import tempfile
from pathlib import Path

import pandas as pd

from analysis import intake
from analysis.errors import EvidenceError
from analysis.intake.result import Intake
from analysis.matter import REGISTERS, Matter
from analysis.progress import Progress, quiet
from analysis.store import write_text

DOMAINS_SHOWN = 8
DATA_ONLY = ("read", "partial")


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
    owners = _owners(taken)
    texts = [_toml(matter, taken), _custodians(owners), _accounts(owners), _sources(taken, owners)]
    for path, text in zip(wanted, texts, strict=True):
        write_text(path, text)
    return wanted


def _owners(taken: Intake) -> pd.DataFrame:
    """One row per account that a file was exported from: channel, address, custodian_id, why."""
    read = taken.sources[taken.sources["status"].isin(DATA_ONLY) & taken.sources["address"].notna()]
    owners = read.groupby(["channel", "address"], as_index=False).agg(
        path=("path", "min"), why=("address_basis", "first")
    )
    owners["custodian_id"] = [f"C{number:03d}" for number in range(1, len(owners) + 1)]
    owners["why"] = owners["why"].fillna("inferred") + ", e.g. in " + owners["path"]
    return owners


def _toml(matter: Matter, taken: Intake) -> str:
    times = taken.copies["sent_at"].dropna()
    first, last = (times.min().date(), times.max().date()) if len(times) else (matter.first_on, matter.last_on)
    domains = taken.identities.loc[taken.identities["kind"] == "email", "normal"].str.split("@").str[-1].value_counts()
    seen = ", ".join(
        f"{domain} ({count})"
        for domain, count in sorted(domains.items(), key=lambda pair: (-pair[1], pair[0]))[:DOMAINS_SHOWN]
    )
    lines = [
        "# Drafted from the exports; correct it. What is not known is empty.",
        "[matter]",
        f"id = {json.dumps(matter.folder.name)}",
        f"title = {json.dumps(matter.folder.name)}",
        'authority = ""  # who investigates',
        'subject = ""  # who is investigated',
        f'zone = "{matter.zone}"  # assumed: for exports that carry no zone',
        f'region = "{matter.region}"  # assumed: for numbers without a country code',
        f'period = {{ from = "{first}", to = "{last}" }}  # first and last time in the exports',
        f"official_domains = []  # domains seen, with addresses: {seen or 'none'}",
    ]
    if matter.evidence == matter.folder:
        lines.append('evidence = "."  # the exports lie in this folder itself')
    return "\n".join(lines) + "\n"


def _custodians(owners: pd.DataFrame) -> str:
    frame = pd.DataFrame({"custodian_id": owners["custodian_id"], "name": owners["address"]})
    return _csv(frame.assign(role="", organisation="", from_on="", to_on="", why=owners["why"]))


def _accounts(owners: pd.DataFrame) -> str:
    frame = owners[["custodian_id", "channel", "address"]]
    return _csv(frame.assign(ownership="private", declared_on="", why=owners["why"]))


def _sources(taken: Intake, owners: pd.DataFrame) -> str:
    sources = taken.sources[~taken.sources["path"].str.contains("!", regex=False)]
    custodians = owners.set_index(["channel", "address"])["custodian_id"].to_dict()
    keys = zip(sources["channel"], sources["address"], strict=True)
    proven = sources["date_order_basis"] == "proven"
    order = "; date order " + sources["date_order_basis"].astype("str")
    frame = pd.DataFrame(dict.fromkeys(REGISTERS["sources"], ""), index=sources.index).assign(
        path=sources["path"],
        custodian_id=[custodians.get(key, "") for key in keys],
        channel=sources["channel"],
        address=sources["address"],
        sha256=sources["sha256"],
        date_order=sources["date_order"].where(proven, ""),
        why=sources["status"] + order.where(sources["date_order_basis"].notna(), ""),
    )
    return _csv(frame)


def _csv(frame: pd.DataFrame) -> str:
    text: str = frame.fillna("").to_csv(index=False, lineterminator="\n")
    return text
