"""Who is called what in the publication edition, and everything of a matter that is withheld from it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from typing import Any

from analysis.matter import Matter
from analysis.report.publication.withheld import Withheld, words
from analysis.store import make_id

NAME, HANDLE, TITLE, FILE, PERSONAL, RECORD = (
    "name", "handle", "conversation", "file", "personal data", "internal number",
)  # fmt: skip
SHARED = 3
"""A role is named only where at least so many custodians hold it: a role of one is a name."""
IDS = {"messages": "message_id", "threads": "thread_id", "people": "person_id", "identities": "identity_id",
       "accounts": "account_id", "sources": "source_id", "copies": "copy_id"}  # fmt: skip


def pseudonyms(matter: Matter) -> dict[str, str]:
    """Person id -> what the edition calls them: `Custodian 4`, with the role where it is shared by enough of them.

    Numbered in the order of a hash over evidence and person, so that the number says nothing about name or rank.
    """
    people = matter.store.arrow("people").to_pylist()
    roles = Counter(row["role"] for row in people if row["custodian_id"] and row["role"])
    key = make_id(*sorted(matter.store.read("sources", ["sha256"])["sha256"].dropna()))
    count: Counter[str] = Counter()
    names = {}
    for row in sorted(people, key=lambda row: make_id(key, row["person_id"])):
        kind = "Custodian" if row["custodian_id"] else "Person"
        count[kind] += 1
        role = f" ({row['role']})" if row["custodian_id"] and roles[row["role"]] >= SHARED else ""
        names[row["person_id"]] = f"{kind} {count[kind]}{role}"
    return names


def withheld(matter: Matter, names: dict[str, str]) -> Withheld:
    """Names, handles, titles, files, personal data and internal numbers of the matter, each with its reason."""
    made, store = Withheld(), matter.store
    for row in store.arrow("people").to_pylist():
        made.add_name(row["label"], NAME, names[row["person_id"]])
    people = {row["custodian_id"]: names[row["person_id"]] for row in store.arrow("people").to_pylist()}
    for row in matter.register("custodians").to_dict("records"):
        called = people.get(row["custodian_id"], "a custodian")
        made.add_name(row["name"], NAME, called)
        made.add(row["custodian_id"], RECORD, called)
    for row in store.arrow("identities").to_pylist():
        called = names.get(row["person_id"] or "", f"[{HANDLE}]")
        (made.add_name if row["kind"] == "name" else made.add)(row["raw"], HANDLE, called)
        made.add(row["normal"], HANDLE, called)
    for row in matter.register("contacts").to_dict("records"):
        made.add_name(row["label"], NAME, f"[{NAME}]")
        made.add(row["address"], HANDLE, f"[{HANDLE}]")
    made_of(made, store.read("accounts", ["address"])["address"], HANDLE)
    asked = f" {' '.join(words(' '.join(matter.register('requests').scope_text)))} "
    titles = store.read("threads", ["title"])["title"].dropna()
    made_of(made, [one for one in titles if f" {' '.join(words(one))} " not in asked], TITLE)
    made_of(
        made, (value for row in store.arrow("sources", ["path"]).to_pylist() for value in _pieces(row["path"])), FILE
    )
    made_of(made, store.read("attachments", ["name"])["name"], FILE)
    made_of(made, personal(matter), PERSONAL)
    for table, column in IDS.items():
        made_of(made, store.read(table, [column])[column], RECORD)
    return made


def made_of(made: Withheld, values: Iterable[Any], rule: str) -> None:
    """Withhold each value for one reason."""
    for value in dict.fromkeys(values):
        made.add(value, rule, f"[{rule}]")


def _pieces(path: str) -> list[str]:
    """A path as a whole, its file name, and the name without its end."""
    name = path.rpartition("/")[2]
    return [path, name, name.rpartition(".")[0] or name]


def personal(matter: Matter) -> list[str]:
    """The values that labels of personal data mark: from the bodies they stand in."""
    labels = matter.store.read("labels", ["message_id", "scheme", "start", "end"])
    wanted = labels[labels["scheme"].isin(["personal"]) & labels["start"].notna() & labels["message_id"].notna()]
    bodies = matter.store.read("messages", ["message_id", "body"]).set_index("message_id")["body"].to_dict()
    spans = zip(*(wanted[name].tolist() for name in ("message_id", "start", "end")), strict=True)
    found = [str(bodies.get(key) or "")[int(start) : int(end)] for key, start, end in spans]
    return [text for text in dict.fromkeys(found) if text.strip()]
