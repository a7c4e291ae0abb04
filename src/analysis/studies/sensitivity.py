"""What marked and personal content crossed: counts of marks and of entries about people, each at least so many."""

from __future__ import annotations

import pandas as pd

from analysis.studies.controls import providers

IDENTIFIERS = ("nhs_number", "chi_number", "nino", "utr", "passport", "driving_licence", "bank_account", "card_number")
OF_PEOPLE = {
    "phone": "a telephone number",
    "email": "an e-mail address",
    "dob": "a date of birth",
    "address": "a street address",
    "postcode": "a postcode",
    "identifier": "a number issued to a person (NHS, NI, passport, bank...)",
    "health": "a statement about health",
    "special": "another special category or an offence",
}
"""What an entry may hold beside a name, in the order of the Lanarkshire count."""
OWN = ":correspondent"
"""Ending of the rule of a correspondent's own number or address: not the data of a third person."""
NOTE = "Messages that hold this label; personal data is masked here, the conversation shows the words."
WORDS = {
    "nhs_number": "NHS number", "chi_number": "CHI number", "nino": "National Insurance number", "dob": "date of birth",
    "utr": "taxpayer reference", "driving_licence": "driving licence", "bank_account": "bank account",
    "card_number": "payment card", "health": "statement about health", "legal_advice": "legal advice",
    "channel_switch": "move to another channel", "s27": "hint at s.27 (international relations)",
    "s35": "hint at s.35 (policy formulation)", "s36": "hint at s.36 (effective conduct)",
    "s40": "hint at s.40 (personal data)", "s41": "hint at s.41 (confidence)", "s42": "hint at s.42 (privilege)",
    "s43": "hint at s.43 (commercial interests)",
}  # fmt: skip
"""Labels in words, for headings; a label without an entry names itself."""
LOW = ("OFFICIAL", "OFFICIAL: Sensitive", "UNOFFICIAL")
"""Levels of routine information; every other level that is not negative asks for special handling."""


def opens(rows: pd.DataFrame) -> pd.Series:
    """Link to each label's span in its conversation; labels without a span open the message."""
    inside = rows["start"].notna() if "where" in rows else pd.Series(False, index=rows.index)
    anchor = ("l-" + rows.label_id).where(inside, "m-" + rows.message_id)
    return "threads/" + rows.thread_id + ".html#" + anchor


def handled(marks: pd.DataFrame) -> pd.DataFrame:
    """Marks that ask for special handling: neither negative nor of a routine level."""
    return marks[~marks.negated.fillna(False).astype(bool) & ~marks.label.isin(LOW)]


def levels(marks: pd.DataFrame) -> pd.DataFrame:
    """A row is a level: distinct `documents`, `instances` (quotes and repeats too), and the messages they stand in.

    `n_private` messages went from or to a private account, `n_outside` reached somebody outside; `malformed` and
    `anachronistic` count instances. A level says how to handle a text, not what harm it would do.
    """
    rows = marks.assign(
        malformed=marks.faults.fillna("") != "",
        anachronistic=marks.anachronism.fillna("") != "",
        quoted=marks.quoted.fillna(False).astype(bool),
        private_message=marks.message_id.where(marks.private > 0),
        outside_message=marks.message_id.where(marks.n_outside > 0),
    )
    counted = rows.groupby("label").agg(
        documents=("document", "nunique"), instances=("label_id", "count"), quoted=("quoted", "sum"),
        messages=("message_id", "nunique"), n_private=("private_message", "nunique"),
        n_outside=("outside_message", "nunique"), malformed=("malformed", "sum"),
        anachronistic=("anachronistic", "sum"),
    )  # fmt: skip
    return counted.reset_index().rename(columns={"label": "level"}).astype({"quoted": "int64", "malformed": "int64"})


def channels(marks: pd.DataFrame) -> pd.DataFrame:
    """A row is a channel and level: `messages` with that mark, people they `reached`, and those known to be `outside`.

    `reached` sums over messages (one person in two of them counts twice).
    """
    first = marks.drop_duplicates(["message_id", "label"])
    counted = first.groupby(["channel", "label"]).agg(
        messages=("message_id", "nunique"), reached=("n_reached", "sum"), outside=("n_outside", "sum")
    )
    return counted.reset_index().rename(columns={"label": "level"})


def dwell(held: pd.DataFrame, acquired: pd.Series) -> pd.DataFrame:
    """A row is a marked message on one account: `n_days` from when it was sent to when the evidence was taken.

    `held`: `relations.marked_holdings`; `acquired`: when each of its sources was taken, else its last record counts.
    `present`: the text is still held (a tombstone is not). Message, account, `channel`, `provider`. Days are a minimum:
    the account may have held it for longer.
    """
    ends = acquired.fillna(held.last_at)
    rows = held.assign(
        address=held.address.fillna("not known"), custodian_id=held.custodian_id.fillna("not known"),
        n_days=((ends - held.sent_at).dt.total_seconds() / 86_400).clip(lower=0), present=held.state == "present",
    )  # fmt: skip
    keys = ["message_id", "custodian_id", "channel", "address"]
    days = rows[rows.present].groupby(keys, as_index=False).n_days.max()
    made: pd.DataFrame = rows.groupby(keys, as_index=False).present.max().merge(days, "left", on=keys)
    return made.assign(provider=providers(made))


def dwelling(rows: pd.DataFrame) -> pd.DataFrame:
    """A row is a provider: `accounts`, marked `messages` they held, `n_present` at the end, and for these
    the days they had been held by then: `median_held`, `longest_held`."""  # noqa: D205, D209
    made = rows.assign(still=rows.message_id.where(rows.present)).groupby("provider").agg(
        accounts=("address", "nunique"), messages=("message_id", "nunique"), n_present=("still", "nunique"),
        median_held=("n_days", "median"), longest_held=("n_days", "max"),
    )  # fmt: skip
    return made.reset_index().sort_values(["messages", "provider"], ascending=[False, True], ignore_index=True)


def doubtful(marks: pd.DataFrame) -> pd.DataFrame:
    """Marks that are badly formed or out of their time, each with why, and the link that opens it."""
    rows = marks[(marks.faults.fillna("") != "") | (marks.anachronism.fillna("") != "")].sort_values("sent_at")
    return pd.DataFrame({
        "level": rows.label, "sent_at": rows.sent_at, "channel": rows.channel, "position": rows.position,
        "slots": rows.slots, "faults": rows.faults, "out_of_its_time": rows.anachronism, "opens": opens(rows),
    })  # fmt: skip


def entries(pieces: pd.DataFrame) -> pd.DataFrame:
    """A row is an entry: what one message itself says of one person (quotes aside), or of somebody it does not name.

    `named`, the flags of `OF_PEOPLE`, `subject` (the name in small letters, for counting), the message and its reach.
    Contact data of staff and correspondents' own numbers are left out.
    """
    ours = pieces[pieces.scheme.isin(["personal", "special"]) & ~pieces.quoted.fillna(False).astype(bool)]
    ours = ours[~ours.rule.fillna("").str.endswith(OWN)].dropna(subset="entry")
    kind = ours.label.where(~ours.label.isin(IDENTIFIERS), "identifier")
    kind = kind.where(ours.scheme.eq("personal") | kind.eq("health"), "special")
    held = pd.crosstab(ours.entry, kind).reindex(columns=["name", *OF_PEOPLE], fill_value=0) > 0
    facts = ours.groupby("entry")[["message_id", "thread_id", "channel", "n_reached", "n_outside", "private"]].first()
    names = ours[ours.label.eq("name")].groupby("entry").value.first().str.casefold().reindex(held.index)
    return facts.join(held.rename(columns={"name": "named"})).assign(subject=names).reset_index()


def items(rows: pd.DataFrame) -> list[tuple[str, ...]]:
    """For each entry the lines of `lanarkshire` in which it counts."""
    kinds = [(f"of those, with {words}", rows[kind].to_numpy()) for kind, words in OF_PEOPLE.items()]
    return [
        ("entries that name a person", *(line for line, held in kinds if held[place]))
        if named
        else ("entries without a name",)
        for place, named in enumerate(rows.named)
    ]


def lanarkshire(rows: pd.DataFrame) -> pd.DataFrame:
    """A row is a line of the count, each a minimum: `item`, `entries`, `messages`, `people_reached`, `outside`.

    After the form of the ICO's reprimand of NHS Lanarkshire (2023): entries with a name, and of those how many with
    each further kind. `outside` are entries whose message reached somebody known to be outside the organisation.
    """
    lines = ["entries that name a person", *(f"of those, with {words}" for words in OF_PEOPLE.values()),
             "entries without a name"]  # fmt: skip
    stands = items(rows)
    parts = {line: rows[pd.Series([line in each for each in stands], rows.index, dtype=bool)] for line in lines}
    return pd.DataFrame([
        {"item": item, "entries": len(part), "messages": part.message_id.nunique(),
         "people_reached": int(part.drop_duplicates("message_id").n_reached.sum()),
         "outside": int((part.n_outside > 0).sum())}
        for item, part in parts.items()
    ])  # fmt: skip


def folded(pieces: pd.DataFrame) -> pd.DataFrame:
    """The pieces with flags `quoted` and `correspondent` (0, 1), and `folded`: values without differences of form."""
    return pieces.assign(
        quoted=pieces.quoted.fillna(False).astype("int64"),
        correspondent=pieces.rule.fillna("").str.endswith(OWN).astype("int64"),
        folded=pieces.value.str.casefold().str.replace(r"[\s().-]", "", regex=True).where(pieces.scheme != "special"),
    )


def kinds(pieces: pd.DataFrame) -> pd.DataFrame:
    """A row is a kind of data: `pieces`, `distinct` values (in bodies), `messages`, pieces that are `quoted` or the own
    handle of a `correspondent`; staff contact data has rows of its own."""  # noqa: D205, D209
    counted = folded(pieces).groupby(["scheme", "label"]).agg(
        pieces=("label_id", "count"), distinct=("folded", "nunique"), messages=("message_id", "nunique"),
        quoted=("quoted", "sum"), correspondent=("correspondent", "sum"),
    )  # fmt: skip
    return counted.reset_index().rename(columns={"label": "kind"})


def by_thread(chosen: pd.Series, threads: pd.DataFrame) -> pd.DataFrame:
    """A row is a thread: `n` distinct messages of `chosen` (message ids indexed by thread), `of` all its messages."""
    n = chosen.groupby(level=0).nunique().reindex(threads.thread_id, fill_value=0)
    return pd.DataFrame({"thread_id": threads.thread_id, "n": n.to_numpy(), "of": threads.n_messages.to_numpy()})


def representative(themed: pd.DataFrame, each: int = 3) -> pd.DataFrame:
    """A row is a theme, most messages first: how many messages and threads, and links to those that show it best."""
    rows = themed.sort_values(["label", "score", "message_id"], ascending=[True, False, True])
    rows = rows.assign(opens=opens(rows), place=rows.groupby("label").cumcount() + 1)
    counted = rows.groupby("label").agg(messages=("message_id", "nunique"), threads=("thread_id", "nunique"))
    best = rows[rows.place <= each].pivot(index="label", columns="place", values="opens")
    best = best.reindex(columns=range(1, each + 1)).add_prefix("link_")
    shown = counted.join(best).reset_index().rename(columns={"label": "theme"})
    shown = shown.sort_values(["messages", "theme"], ascending=[False, True], ignore_index=True)
    for place in range(1, each + 1):
        shown[f"example_{place}"] = shown[f"link_{place}"].map(lambda link, n=place: f"message {n}", na_action="ignore")
    return shown


def signals(rows: pd.DataFrame) -> pd.DataFrame:
    """A row is a scheme and a label: `signals`, of them `quoted`, and the `messages` and `threads` they stand in."""
    rows = rows.assign(quoted=rows.quoted.fillna(False).astype("int64"))
    counted = rows.groupby(["scheme", "label"]).agg(
        signals=("label_id", "count"), quoted=("quoted", "sum"), messages=("message_id", "nunique"),
        threads=("thread_id", "nunique"), median_score=("score", "median"),
    )  # fmt: skip
    return counted.reset_index()


def privilege_log(rows: pd.DataFrame) -> pd.DataFrame:
    """A row is a message with a signal of privilege, oldest first: `basis`, `sent_at`, `channel`, its link `opens`."""
    chosen = rows[rows.scheme == "privilege"]
    chosen = chosen.assign(opens=opens(chosen)).sort_values(["sent_at", "message_id", "start"])
    made = chosen.groupby("message_id", sort=False).agg(
        basis=("label", lambda labels: ", ".join(sorted(set(labels)))), sent_at=("sent_at", "first"),
        channel=("channel", "first"), signals=("label_id", "count"), opens=("opens", "first"),
    )  # fmt: skip
    return made.reset_index()
