"""Registers, policies and `matter.toml` of the invented matter."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from analysis.sample import clock
from analysis.sample.cast import DEPARTMENT, DOMAIN, Account, Cast
from analysis.sample.devices import EARLY, NO_BOOK, Device, Devices
from analysis.sample.grammar import TEXT
from analysis.sample.truth import row
from analysis.store import write_text

BLOCK = 1 << 20
NO_HASH = ""
OFFICER = "Evidence officer 4"
WINDOW = ("2020-03-01", "2021-03-31")
TIMELINE = (
    ("2018-06-04", "policy", "", "Policy on private phones and mailboxes, version 1.2, in force"),
    ("2020-01-30", "phase", "", "Health emergency declared"),
    ("2020-09-21", "policy", "", "Interim instruction, version 2.0, in force"),
    ("2020-11-02", "role", "C14", "Moves to another department"),
    ("2021-01-08", "hold", "", "Preservation note sent to private offices"),
    ("2021-02-10", "device_change", "C08", "New handset and number"),
    ("2020-06-20", "device_change", "C01", "Handset replaced"),
    ("2021-05-10", "phase", "", "Emergency measures begin to lift"),
    ("2021-07-12", "notice", "", "Information notice served on the department"),
    ("2021-07-19", "notice", "C01", "Notice to the individual"),
)
CLAIMS = (
    ("C01", "2021-08-20", "I always copied anything of substance to my office.", "capture", "0.95"),
    ("C03", "2021-08-23", "I deleted nothing.", "deletion", "0"),
    ("C07", "2021-08-24", "Disappearing messages were only ever used for arrangements.", "timer", "0"),
    ("C08", "2021-08-24", "I had one number throughout.", "accounts", "1"),
    ("C28", "2021-08-26", "My contact with suppliers was all through the department.", "outside", "1"),
    ("C10", "2021-08-27", "Private office forwarded messages within a week.", "capture_days", "7"),
)
CONTROLS = ("screen_lock", "two_factor", "managed_device", "backup_off", "dpia", "approved_app")


@dataclass(frozen=True)
class Request:
    """An invented request for information: its keyword and window decide what answers it."""

    ref: str
    received_on: str
    keyword: str
    first: int
    last: int


def requests(cast: Cast) -> list[Request]:
    """Requests about firms, places and things that the story lines speak of."""
    words = (
        cast.people["S1"].organisation, cast.people["S2"].organisation, "the Kelderby lab", "Rowan Lodge",
        "ventilator tubing", cast.people["S4"].organisation, "Seaview Court",
    )  # fmt: skip
    days = ("2020-06-15", "2020-11-09", "2021-01-18", "2020-07-27", "2021-02-22", "2021-04-12", "2021-06-03")
    found = []
    for number, (word, received) in enumerate(zip(words, days, strict=True), 1):
        last = clock.moment(received)
        found.append(Request(f"FOI-{received[:4]}-{number:03d}", received, word, last - 150 * clock.DAY_S, last))
    return found


@dataclass(slots=True)
class Source:
    """One file as received."""

    path: str
    custodian: str
    channel: str
    address: str
    device: str
    acquired_at: int
    method: str
    zone: str
    date_order: str = ""
    folder: bool = False


AS_WRITTEN = {
    "policy_2018.md": "policies/2018-06-04 v1.2.md",
    "policy_2020.md": "policies/2020-09-21 v2.0.md",
    "clauses.yml": "policies/clauses.yml",
    "policy_judgements.csv": "judgements/policy.csv",
    "replies.csv": "judgements/replies.csv",
}
"""Texts of the invented matter that no seed changes."""


def write(folder: Path, cast: Cast, devices: Devices, sources: list[Source]) -> None:
    """Everything of a matter that is neither evidence nor truth."""
    registers = folder / "registers"
    _csv(registers / "custodians.csv", "custodian_id,name,role,organisation,from_on,to_on", _custodians(cast))
    _csv(registers / "accounts.csv", "custodian_id,channel,address,ownership,declared_on", _accounts(cast))
    _csv(
        registers / "sources.csv",
        "path,custodian_id,channel,address,device,acquired_at,acquired_by,method,sha256,zone,date_order",
        (_source(folder / "evidence", source) for source in sorted(sources, key=lambda source: source.path)),
    )
    _csv(registers / "contacts.csv", "custodian_id,label,address", _contacts(cast, devices))
    _csv(
        registers / "requests.csv",
        "ref,received_on,closed_on,outcome,scope_text,searched,reviewed_on",
        (_request(request, place) for place, request in enumerate(requests(cast))),
    )
    _csv(registers / "timeline.csv", "at,kind,custodian_id,note", sorted(TIMELINE))
    _csv(registers / "claims.csv", "custodian_id,said_on,claim,measure,level", CLAIMS)
    _csv(registers / "controls.csv", "account,control,state,evidence", _controls(cast))
    for name, target in AS_WRITTEN.items():
        write_text(folder / target, (TEXT / name).read_text(encoding="utf-8"))


def matter(folder: Path) -> None:
    """`matter.toml`."""
    write_text(
        folder / "matter.toml",
        f"""# Everything in this matter is invented; see README.md.
[matter]
id = "{folder.name}"
title = "Private channels at the {DEPARTMENT} (invented)"
authority = "Office of the Records Commissioner (invented)"
subject = "{DEPARTMENT} (invented)"
zone = "Europe/London"
region = "GB"
period = {{ from = "2020-01-01", to = "2021-07-31" }}
official_domains = ["{DOMAIN}"]
invented = true
""",
    )


def _csv(path: Path, head: str, rows: Iterable[Iterable[object]]) -> None:
    write_text(path, head + "\n" + "".join(row(values) for values in rows))


def _custodians(cast: Cast) -> Iterable[tuple[str, ...]]:
    for person in cast.custodians():
        until = {"C14": "2020-11-02", "C09": "2021-05-04"}.get(person.key, "")
        since = {"C22": "2020-03-09", "C30": "2020-09-01"}.get(person.key, "2019-12-16")
        yield person.key, person.name, person.role, DEPARTMENT, since, until


def _accounts(cast: Cast) -> Iterable[tuple[str, ...]]:
    for account in cast.accounts.values():
        if account.declared:
            yield account.person.key, account.channel, account.address, account.ownership, "2021-08-16"


def _source(evidence: Path, source: Source) -> tuple[str, ...]:
    digest = NO_HASH if source.folder else _digest(evidence / source.path)
    return (
        source.path, source.custodian, source.channel, source.address, source.device,
        clock.iso(source.acquired_at * 1000)[:19] + "Z",
        OFFICER, source.method, digest, source.zone, source.date_order,
    )  # fmt: skip


def _digest(path: Path) -> str:
    digest = hashlib.sha256()
    with path.open("rb") as stream:
        while block := stream.read(BLOCK):
            digest.update(block)
    return digest.hexdigest()


def _contacts(cast: Cast, devices: Devices) -> Iterable[tuple[str, str, str]]:
    for person in cast.custodians():
        account = cast.accounts["email", person.key]
        yield "", person.name, account.address
    for owner, device in devices.by_owner.items():
        if owner not in NO_BOOK:
            for address, label in sorted(device.book.items(), key=lambda item: (item[1], item[0])):
                if label:
                    yield owner, label, address


def _request(request: Request, place: int) -> tuple[str, ...]:
    closed = clock.DMY[
        (clock.moment(request.received_on) - clock.FIRST) // clock.DAY_S + (24, 31, 27, 49, 26, 28, 40)[place]
    ]
    first, last = (clock.iso(at * 1000)[:10] for at in (request.first, request.last))
    scope = f"All correspondence held in any form that mentions {request.keyword}, from {first} to {last}"
    searched = (
        "official mailboxes",
        "official mailboxes; shared drive",
        "official mailboxes",
        "",
        "official mailboxes",
    )[place % 5]
    outcome = ("part disclosed", "not held", "disclosed", "part disclosed", "refused s.12", "not held", "disclosed")[
        place
    ]
    reviewed = "2021-03-30" if place == 1 else ""
    return (
        request.ref,
        request.received_on,
        f"{closed[6:]}-{closed[3:5]}-{closed[:2]}",
        outcome,
        scope,
        searched,
        reviewed,
    )


def _controls(cast: Cast) -> Iterable[tuple[str, ...]]:
    for control in CONTROLS:
        yield (
            "department",
            control,
            {"dpia": "no", "approved_app": "no"}.get(control, "unknown"),
            "reply to the notice, annex 3",
        )
    private = [
        account
        for account in cast.accounts.values()
        if account.declared and account.ownership == "private" and account.used
    ]
    for place, account in enumerate(private):
        for number, control in enumerate(CONTROLS[:4]):
            state = ("yes", "unknown", "no", "unknown", "yes", "unknown", "unknown")[(place * 3 + number) % 7]
            yield account.address, control, state, "questionnaire" if state != "unknown" else ""


def phone_source(path: str, account: Account, device: Device, channel: str, method: str, order: str = "") -> Source:
    """The chain-of-custody row of a file from a phone."""
    zone = "" if channel == "sms" else device.zone
    early = " (handed over early)" if device.owner in EARLY else ""
    return Source(
        path, device.owner, channel, account.address, device.model, device.exported_at, method + early, zone,
        order,
    )  # fmt: skip
