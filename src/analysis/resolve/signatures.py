"""What people put under their mail: a telephone number and a name, each said of the writer by the writer.

Cannot show: that the number is the writer's own (assistants, switchboards and forgers sign too). So it takes several
mails, a mailbox that signs with one number or one name only, and a number that no other mailbox signs with.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

import pandas as pd

from analysis import passages
from analysis.intake import handles
from analysis.intake.result import Intake
from analysis.resolve.evidence import PROBABLE, Evidence, Handles, person_of
from analysis.resolve.names import Roll, is_role_mailbox
from analysis.resolve.rows import each

MAILS = 2  # mails of different words that must end alike: one may have been pasted or forged
NUMBER, NAME = 0.82, 0.9  # score of a number; share of a name's score that is left, since its bearer chose it
DOUBTFUL = 0.5  # share of the score when a mailbox signs with several, or several mailboxes sign with it
LONGEST_LINE = 200  # characters of a line that can still be one of a signature
NAME_WORDS = 5  # words of a line that can be a name with a title and letters after it
_DIGITS = 9  # digits that make a line worth reading as a number
_NUMBER = re.compile(r"\+?\(?\d[\d ()./\-]{7,20}\d")
_FORGOTTEN = re.compile(r"\(0\)")  # +44 (0)7700: the nought is dialled inside the country only


def signatures(intake: Intake, known: Handles, roll: Roll) -> Iterable[Evidence]:
    """Numbers and names that end the mails of one mailbox, against numbers seen on phones and people in scope."""
    found = _endings(intake, known, roll)
    if found.empty:
        return
    path = intake.sources.set_index("source_id")["path"].to_dict()
    keys = ["identity_id", "kind", "other"]
    found["n"] = found.groupby(keys)["copy_id"].transform("size")
    rows = found[found["n"] >= MAILS].drop_duplicates(keys)
    rows = rows.assign(
        others=rows.groupby(["identity_id", "kind"])["other"].transform("nunique"),
        signers=rows.groupby(["kind", "other"])["identity_id"].transform("nunique").where(rows["kind"] == "number", 1),
    )
    for row in each(rows):
        sole = row.others == 1 and row.signers == 1
        why = f"{row.n} mails from here end with this {row.kind}" + ("" if sole else ", not with this alone")
        if row.kind == "number" and row.signers > 1:
            others = f"{row.signers - 1} other mailbox" + "es" * (row.signers > 2)
            why = f"{row.n} mails from here end with this number, and those of {others}"
        score = round(row.score * (1.0 if sole else DOUBTFUL), 3)
        yield Evidence(row.identity_id, row.other, f"signature_{row.kind}", score, why,
                       f"{path[row.source_id]} {row.locator}")  # fmt: skip


def _endings(intake: Intake, known: Handles, roll: Roll) -> pd.DataFrame:
    """One row per mail (copies with the same words count once) and number or name that it ends with."""
    mail = set(intake.sources.loc[intake.sources["channel"] == "email", "source_id"])
    copies = intake.copies[intake.copies["source_id"].isin(mail) & (intake.copies["suspect"].fillna("") == "")]
    columns = ["copy_id", "source_id", "locator", "sender_identity_id", "body"]
    copies = copies.loc[copies["body"].fillna("") != "", columns].dropna(subset=["sender_identity_id"])
    address = known.table().set_index("identity_id")["normal"]
    copies = copies.sort_values("copy_id").drop_duplicates(["sender_identity_id", "body"])
    rows: list[tuple[str, str, str, str, str, str, float]] = []
    for row in each(copies[~copies["sender_identity_id"].map(address).map(is_role_mailbox)]):
        lines = [line for line in passages.ending(row.body) if len(line) <= LONGEST_LINE]
        here = (row.copy_id, row.source_id, row.locator, row.sender_identity_id)
        rows += [(*here, "number", other, NUMBER) for other in _numbers(lines, known)]
        rows += [(*here, "name", other, score) for other, score in _name(lines, roll)]
    names = ["copy_id", "source_id", "locator", "identity_id", "kind", "other", "score"]
    return pd.DataFrame(rows, columns=names)


def _numbers(lines: list[str], known: Handles) -> Iterable[str]:
    """One identity for each telephone number in the lines that some phone holds too."""
    texts = [_FORGOTTEN.sub("", line) for line in lines if sum(map(str.isdigit, line)) >= _DIGITS]
    numbers = [handles.phone(raw, known.region) for text in texts for raw in _NUMBER.findall(text)]
    held = [known.get("whatsapp", "phone", one) or known.get("sms", "phone", one) for one in numbers]
    return dict.fromkeys(one for one in held if one)


def _name(lines: list[str], roll: Roll) -> list[tuple[str, float]]:
    """The person in scope whose whole name is the first line of the ending; a given name alone says too little."""
    found = roll.match(lines[0]) if lines and len(lines[0].split()) <= NAME_WORDS else []
    return [
        (person_of(one.custodian_id), one.score * NAME) for one in found if len(found) == 1 and one.score >= PROBABLE
    ]
