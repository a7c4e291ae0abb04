"""The rolls: what each kind of row is, made from the tables alone, so that a page's numbers can be counted again.

`tallies.toml` names each roll and says how its rows are shown; here is how they are made, by the same relations and
studies that the pages count with.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

import pandas as pd

from analysis import relations, studies
from analysis.findings import outsiders, policy, recording, requests
from analysis.matter import REGISTERS
from analysis.studies.recording import HORIZONS

if TYPE_CHECKING:
    from analysis.matter import Matter

Maker = Callable[["Matter"], pd.DataFrame]


def _local(rows: pd.DataFrame, matter: Matter) -> pd.DataFrame:
    """Rows with the local `day` and `month` they were sent on."""
    at = rows.sent_at.dt.tz_convert(matter.zone)
    return rows.assign(day=at.dt.strftime("%Y-%m-%d"), month=at.dt.strftime("%Y-%m"))


def _sides(matter: Matter) -> pd.Series:
    return studies.contacts.sides(relations.listing(matter, "people"))


def _messages(matter: Matter) -> pd.DataFrame:
    return _local(relations.message_rows(matter), matter)


def _copies(matter: Matter) -> pd.DataFrame:
    rows = relations.copy_rows(matter)
    known = matter.register("custodians").set_index("custodian_id")
    office = {who: studies.completeness.office_days(known, who, matter.first_on, matter.last_on)
              for who in ["", *rows.custodian_id.dropna().unique()]}  # fmt: skip
    on = rows.sent_at.dt.date
    ends = [office[who] for who in rows.custodian_id.fillna("")]
    inside = [not pd.isna(day) and first <= day <= last for day, (first, last) in zip(on, ends, strict=True)]
    return rows.drop(columns="copy_id").assign(office=inside, day_at=rows.sent_at.dt.strftime("%Y-%m-%d"))


PARTS = ("others", "core and others", "core")
"""Where a tie stands, by how many of its ends belong to the core (`studies.network.densities`)."""


def _core(matter: Matter) -> set[str]:
    net = studies.network.network(relations.edges(matter))
    return set(net.people[studies.network.core(net)])


def _deliveries(matter: Matter) -> pd.DataFrame:
    rows, side, inner = relations.delivery_rows(matter), _sides(matter), _core(matter)
    forward = rows.sender < rows.recipient
    one, two = rows.sender.where(forward, rows.recipient), rows.recipient.where(forward, rows.sender)
    kinds = rows.sender.map(side).fillna("unknown"), rows.recipient.map(side).fillna("unknown")
    return rows.assign(
        tie=one + "|" + two, way=rows.sender + ">" + rows.recipient, ends=list(zip(one, two, strict=True)),
        sides=list(zip(*kinds, strict=True)), sender_side=kinds[0], day_at=rows.sent_at.dt.floor("D"),
        part=[PARTS[(a in inner) + (b in inner)] for a, b in zip(one, two, strict=True)],
    )  # fmt: skip


def _holders(matter: Matter) -> pd.DataFrame:
    rows = relations.holder_rows(matter)
    return rows.assign(hour_at=rows.sent_at.dt.floor("h"))


def _held_by(matter: Matter) -> pd.DataFrame:
    """A row is a message that somebody received: custodians who hold it (`held_by`), and who lack it (`lacked_by`)."""
    rows = relations.holder_rows(matter)
    held = rows.state == "held"
    facts = rows.drop_duplicates("message_id").set_index("message_id")[["thread_id", "channel", "sent_at"]]
    parts = {name: rows[flag].groupby("message_id").custodian_id.agg(tuple) for name, flag in
             (("held_by", held), ("lacked_by", ~held))}  # fmt: skip
    made = facts.assign(**{name: part.reindex(facts.index) for name, part in parts.items()}).reset_index()
    return made.assign(**{name: [cell if isinstance(cell, tuple) else () for cell in made[name]] for name in parts})


def _lacking(matter: Matter) -> pd.DataFrame:
    return relations.lacking(matter).drop_duplicates("message_id")


def _sources(matter: Matter) -> pd.DataFrame:
    rows = studies.completeness.bundles(relations.listing(matter, "sources"))
    told = studies.custody.told(rows, matter.register("sources"))
    columns = ["source_id", "path", "bundle", "status", "reader", "channel", "custody", "bytes", "n_copies", "n_events",
               "n_rejects", "mih"]  # fmt: skip
    rows = rows.assign(used=rows.n_copies + rows.n_events > 0, handed=rows.custody != "missing")
    return rows[[name for name in [*columns, "used", "handed"] if name in rows]].join(told)


def _accounts(matter: Matter) -> pd.DataFrame:
    rows = relations.account_activity(matter)
    stored = studies.controls.storage(rows).set_index("account_id").provider
    private = rows.index.isin(studies.extent.private(rows).index)
    columns = ["account_id", "channel", "address", "ownership", "custodian_id", "declared", "observed", "exported"]
    return rows[columns].assign(
        private=private, messages=rows.sent + rows.received, provider=rows.account_id.map(stored),
        in_use=rows.sent + rows.received > 0,
    )  # fmt: skip


def _registers(matter: Matter) -> pd.DataFrame:
    """A row is a row of a register: its number, what it is about, and what it says."""
    rows = [
        (name, number, next(iter(row.values()), ""), "; ".join(f"{key}: {said}" for key, said in row.items() if said))
        for name in REGISTERS
        for number, row in enumerate(matter.register(name).to_dict("records"), 1)
    ]
    return pd.DataFrame(rows, columns=["register", "number", "about", "says"])


def _memberships(matter: Matter) -> pd.DataFrame:
    rows = relations.memberships_over(matter)
    rows = rows[rows.kind == "group"]
    side = ["unknown" if pd.isna(flag) else "inside" if flag else "outside" for flag in rows.inside]
    first = ~rows.duplicated(["thread_id", "person"])  # the side of somebody's first stay counts
    return rows.drop(columns=["kind", "inside", "title"]).assign(side=side, first=first)


def _events(matter: Matter) -> pd.DataFrame:
    rows = studies.groups.recorded(
        relations.listing(matter, "events"),
        relations.listing(matter, "offsets"),
        relations.listing(matter, "identities"),
    )
    who = rows.whom.where(rows.whom.notna(), rows.by)
    columns = ["event_id", "thread_id", "source_id", "locator", "kind", "value", "by"]
    return rows[columns].assign(person=who, at=rows["at"]).sort_values(["at", "event_id"], ignore_index=True)


def _people(matter: Matter) -> pd.DataFrame:
    edges, side = relations.edges(matter), _sides(matter)
    community, _ = studies.communities.communities(edges)
    rows = community.rename_axis("person").rename("community").reset_index()
    inner = _core(matter)
    parts = [(PARTS[1], PARTS[2] if person in inner else PARTS[0]) for person in rows.person]
    return rows.assign(side=rows.person.map(side).fillna("unknown"), parts=parts)


def _asked(matter: Matter) -> pd.DataFrame:
    rows = studies.switching.proposed(relations.proposals(matter), relations.pair_messages(matter))
    return rows.assign(moved=rows.moved.astype("object"))


def _turns(matter: Matter) -> pd.DataFrame:
    talk = relations.pair_messages(matter)
    rows = studies.switching.turns(talk, matter.zone)
    fair = rows.index.isin(studies.switching.comparable(rows).index)
    threads = talk.drop_duplicates("message_id").set_index("message_id").thread_id
    return rows.assign(fair=fair, thread_id=rows.message_id.map(threads)).drop(columns="waited_s")


def _moves(matter: Matter) -> pd.DataFrame:
    talk = relations.pair_messages(matter)
    threads = talk.drop_duplicates("message_id").set_index("message_id").thread_id
    rows = studies.switching.moves(talk)
    return rows.assign(thread_id=rows.message_id.map(threads)).rename(columns={"at": "sent_at"})


def _tombstones(matter: Matter) -> pd.DataFrame:
    rows = relations.tombstones(matter)
    return rows[["message_id", "thread_id", "channel", "sent_at", "sender"]].assign(still_held=rows.n_holders > 0)


def _marks(matter: Matter) -> pd.DataFrame:
    rows = relations.marks(matter)
    columns = ["label_id", "message_id", "thread_id", "channel", "sent_at", "label", "document", "private", "n_reached",
               "n_outside"]  # fmt: skip
    return rows[columns].assign(
        quoted=rows.quoted.fillna(False).astype(bool), malformed=rows.faults.fillna("") != "",
        anachronistic=rows.anachronism.fillna("") != "", reached_outside=rows.n_outside > 0, private=rows.private > 0,
    )  # fmt: skip


def _entries(matter: Matter) -> pd.DataFrame:
    """A row is an entry about a person in private accounts; `items`: the lines of the count in which it stands."""
    rows = studies.sensitivity.entries(relations.personal_data(matter))
    rows = rows[rows.private > 0].reset_index(drop=True)
    columns = ["entry", "message_id", "thread_id", "channel", "n_reached"]
    return rows[columns].assign(items=studies.sensitivity.items(rows), reached_outside=rows.n_outside > 0)


def _pieces(matter: Matter) -> pd.DataFrame:
    """A row is a piece of personal data; `alike` numbers the different values, which stand nowhere."""
    rows = studies.sensitivity.folded(relations.personal_data(matter))
    alike = pd.Series(pd.factorize(rows.folded, sort=True)[0], rows.index)
    columns = ["label_id", "message_id", "thread_id", "channel", "sent_at", "scheme", "label", "quoted",
               "correspondent"]  # fmt: skip
    return rows[columns].assign(alike=alike.where(alike >= 0).astype("Int64").astype("object"))


def _signals(matter: Matter) -> pd.DataFrame:
    rows = relations.signals(matter)
    columns = ["label_id", "message_id", "thread_id", "channel", "sent_at", "scheme", "label"]
    return rows[columns].assign(quoted=rows.quoted.fillna(False).astype(bool))


def _judged(matter: Matter) -> pd.DataFrame:
    rows = relations.judgements(matter)
    columns = ["message_id", "thread_id", "coder", "label"]
    parts = {name: rows[name].fillna("none") for name in ("batch", "design")}
    return rows[columns].assign(**parts, unmatched=rows.thread_id.isna())


def _codings(matter: Matter) -> pd.DataFrame:
    rows = studies.coding.pairs(relations.judgements(matter))
    return rows.assign(coders=rows.coder_a + " and " + rows.coder_b, differ=rows.label_a != rows.label_b)


def _coded(matter: Matter) -> pd.DataFrame:
    rows = studies.recall.drawn(relations.coded(matter))
    largest = rows.batch == rows.batch.mode().iloc[0] if rows.batch.notna().any() else True
    columns = ["message_id", "thread_id", "channel", "truth", "said"]
    return rows[columns].assign(stratum=rows.stratum.fillna("all"), of_largest_batch=largest)


def _cases(matter: Matter) -> pd.DataFrame:
    """A row is a message of business: limits for which it could be `followed`, within which it was `captured`; whose."""
    found = studies.recording.limits(studies.recording.cases(relations.recording(matter)), matter.zone, matter.region)
    people = relations.listing(matter, "people")
    own = set(people.person_id[people.custodian_id.notna()])
    mine = studies.recording.with_people(found, relations.takers(matter, sorted(own)), own)
    persons = mine.groupby("message_id").person.agg(tuple).to_dict()
    limits = [limit for limit, _ in HORIZONS]
    hits = {limit: studies.recording.within(found, limit) for limit in limits}
    followed = [tuple(limit for limit in limits if place in hits[limit][0].index) for place in found.index]
    captured = [
        tuple(limit for limit in limits if place in hits[limit][1].index and hits[limit][1][place])
        for place in found.index
    ]
    rows = studies.recording.by_month(found, matter.zone)[["message_id", "thread_id", "channel", "sent_at", "month"]]
    return rows.assign(
        followed=followed, captured=captured, persons=[persons.get(each, ()) for each in rows.message_id]
    )


def _readings(matter: Matter) -> pd.DataFrame:
    parts = []
    for name, threads in recording.readings(matter).items():
        rows = studies.footprints.with_business(threads)
        bare, likely = (rows.thread_id.isin(studies.footprints.untouched(rows, by).thread_id) for by in
                        ("n_exact", "n_likely"))  # fmt: skip
        parts.append(rows[["thread_id", "channel"]].assign(domains=name, bare=bare, bare_likely=likely))
    return pd.concat(parts, ignore_index=True)


def _answers(matter: Matter) -> pd.DataFrame:
    """A row is a message that answers a request, and where it is."""
    asked, register = requests.answered(matter), matter.register("requests")
    rows = studies.requests.parts(asked)
    late = [flag for row, answer in zip(register.to_dict("records"), asked, strict=True)
            for flag in studies.requests.late(row, answer)]  # fmt: skip
    rows = rows.assign(ref=[answer.ref for answer in asked for _ in answer.found.message_id], late=late)
    rows["part"] = [part.removeprefix(f"{ref} n_") for part, ref in zip(rows.part, rows.ref, strict=True)]
    threads = relations.corpus(matter).set_index("message_id").thread_id
    return rows.assign(thread_id=rows.message_id.map(threads))


def _controls(matter: Matter) -> pd.DataFrame:
    accounts = studies.extent.private(relations.account_activity(matter))
    return studies.controls.by_control(studies.controls.matrix(matter.register("controls"), accounts))


def _contacts(matter: Matter) -> pd.DataFrame:
    rows = outsiders.known_outside(matter).dropna(subset="organisation")
    columns = ["message_id", "thread_id", "channel", "sent_at", "custodian_id", "organisation", "wrote", "official"]
    rows = rows[columns].drop_duplicates(["custodian_id", "organisation", "message_id"], ignore_index=True)
    return rows.assign(contact=rows.message_id + " " + rows.organisation)


def _rejects(matter: Matter) -> pd.DataFrame:
    paths = relations.listing(matter, "sources")[["source_id", "path"]]
    return relations.listing(matter, "rejects").merge(paths, "left", "source_id")


ROLLS: Mapping[str, Maker] = {
    "messages": _messages, "copies": _copies, "absences": relations.absence_rows, "holders": _holders,
    "held_by": _held_by, "lacking": _lacking, "deliveries": _deliveries, "sources": _sources, 
    "settled": lambda matter: studies.custody.settled(relations.listing(matter, "sources")).drop(columns="order"),
    "accounts": _accounts, "account_messages": relations.account_rows, "registers": _registers, "rejects": _rejects,
    "merges": lambda matter: relations.listing(matter, "merges"), "memberships": _memberships, "events": _events,
    "people": _people, "asked": _asked, "moves": _moves, "turns": _turns, "tombstones": _tombstones, "marks": _marks,
    "entries": _entries, "pieces": _pieces, "signals": _signals,
    "themed": lambda matter: relations.themed(matter).drop(columns="score"), "judged": _judged, "codings": _codings,
    "coded": _coded, "cases": _cases, "captures": relations.capture_rows, "verdicts": relations.coded_matches,
    "official_files": relations.official_file_rows, "readings": _readings, "sole": relations.sole_holders,
    "answers": _answers, "practice": policy.practice,
    "clause_codings": lambda matter: studies.policy.codings(policy.judged(matter), policy.proposed(matter)).assign(
        agree=lambda rows: rows.state_one == rows.state_two
    ), "controls": _controls, "contacts": _contacts,
}  # fmt: skip
"""Name of each roll, and how it is made from a matter's tables, registers and judgements."""
