"""Hand-made requests in many wordings, against messages whose answer can be read off."""

from datetime import UTC, date, datetime

import pandas as pd
import pytest

from analysis.records.requests import answers
from analysis.records.scopes import query
from analysis.studies import requests as study

TEXTS = {
    "full": "Halberd Medical can land 400 visors on Monday",
    "start": "halberd medical again. Real?",
    "possessive": "Halberd Medical's contract is signed",
    "short": "Halberd want an answer tonight",
    "other": "Spoke to Norland Medical about visors",
    "carter": "Carter wants the list",
    "jane": "Jane Carter asked for the list",
    "lab": "The Saltmouth lab is back up",
    "town": "Truck left Saltmouth, lab plastics on board",
    "homes": "Discharging patients into care homes is going ahead",
    "home": "Take care on the way home",
    "press": "Halberd Medical in the press cuttings again",
    "who": "WHO numbers are out",
    "pronoun": "No idea who said that",
    "pair": "Marks and Spencer will sponsor the run",
}
PEOPLE = pd.DataFrame({
    "person_id": ["p1", "p2", "p3"], "label": ["Jane Carter", "Amir Bell", "Rory Halberd"],
    "role": ["Secretary of State", "Special adviser", None], "organisation": ["Department", "Department", "halberdmedical.example"],
    "custodian_id": ["C1", "C2", None], "inside": [True, True, False],
})  # fmt: skip
HANDLES = pd.DataFrame(
    {"identity_id": ["i1"], "kind": ["email"], "normal": ["j.carter@dept.example"], "person_id": ["p1"]}
)
REGISTER = ("ref", "received_on", "closed_on", "outcome", "scope_text", "searched", "reviewed_on")


def corpus(texts=TEXTS, **changes):
    rows = pd.DataFrame({
        "message_id": list(texts), "thread_id": "t", "channel": "whatsapp", "subject": None, "body": list(texts.values()), "attached": "",
        "sent_at": datetime(2020, 5, 1, 12, tzinfo=UTC), "official": False, "captured_at": pd.NaT,
    })  # fmt: skip
    for message, values in changes.items():
        for column, value in values.items():
            rows[column] = rows[column].astype(object)
            rows.loc[rows.message_id == message, column] = value
    rows["sent_at"] = pd.to_datetime(rows["sent_at"], utc=True)
    return rows


def takers(persons):
    parts = pd.DataFrame([("full", "p1", "sender"), ("full", "p3", "recipient"), ("other", "p2", "sender"), ("lab", "p1", "recipient")],
                         columns=["message_id", "person_id", "role"])  # fmt: skip
    return parts[parts.person_id.isin(persons)]


def asked(scope, rows=None, received="2020-11-09"):
    register = pd.DataFrame([("R1", received, "2020-12-01", "", scope, "", "")], columns=list(REGISTER))
    return answers(register, corpus() if rows is None else rows, PEOPLE, HANDLES, takers, "Europe/London")[0]


WORDINGS = [
    ("All correspondence held in any form that mentions Norland Medical, from 2020-01-17 to 2020-06-15", {"other"}),
    ("Emails, texts or WhatsApp messages about the award of contracts to Norland Medical Ltd.", {"other"}),
    ("information concerning the Saltmouth lab since March 2020", {"lab"}),
    ("all messages about Saltmouth", {"lab", "town"}),
    ("anything on Norland Medical or the Saltmouth lab", {"other", "lab"}),
    ("all about Halberd Medical, excluding press cuttings", {"full", "start", "possessive", "short"}),
    ("Any record that mentions Jane Carter", {"jane", "carter"}),
    ("any record that mentions Dr Jane Carter", {"jane", "carter"}),
    ("Information concerning the discharge of patients to care homes", {"homes"}),
    ("messages that mention WHO", {"who"}),
    ("communications that mention Marks and Spencer", {"pair"}),
    ('messages containing the phrase "care homes"', {"homes"}),
    ("WhatsApp messages sent by the Secretary of State in May 2020", {"full"}),
    ("messages between Jane Carter and Halberd Medical about visors", {"full"}),
    ("All text messages about Norland Medical", set()),
    ("all correspondence, except WhatsApp, that mentions Norland Medical", set()),
    ("all that mentions Norland Medical before 1 April 2020", set()),
    ("all that mentions Norland Medical, in April and May 2020", {"other"}),
    ("EIR request: everything relating to air quality in Saltmouth", set()),
    ("EIR request: everything relating to lab plastics in Saltmouth", {"town", "lab"}),
]


@pytest.mark.parametrize(("scope", "wanted"), WORDINGS)
def test_wordings(scope, wanted):
    assert set(asked(scope).found.message_id) == wanted


def test_a_short_form_is_not_used_when_another_firm_shares_it():
    texts = TEXTS | {"rival": "Halberd Trading wrote too"}
    assert set(asked("all that mentions Halberd Medical", corpus(texts)).found.message_id) == {
        "full",
        "start",
        "possessive",
        "press",
    }


def test_only_what_was_held_on_the_day_of_receipt():
    late = corpus(
        lab={"sent_at": datetime(2020, 11, 10, 0, 30, tzinfo=UTC)},
        town={"sent_at": datetime(2020, 11, 9, 23, 30, tzinfo=UTC)},
    )
    assert set(asked("all messages about Saltmouth", late).found.message_id) == {"town"}


def test_missed_is_private_and_nowhere_official():
    rows = corpus(full={"official": True}, start={"captured_at": datetime(2020, 12, 24, tzinfo=UTC)})
    answer = asked("all that mentions Halberd Medical", rows)
    assert set(answer.missed.message_id) == {"possessive", "short", "press"}
    register = pd.DataFrame(
        [("R1", "2020-11-09", "2020-12-01", "", "", "own mailboxes; phones", "")], columns=list(REGISTER)
    )
    [row] = study.handling(register, [answer]).to_dict("records")
    assert (row["n_official"], row["n_captured"], row["n_late"], row["n_missed"], row["search"]) == (
        1,
        1,
        1,
        3,
        "private",
    )


def test_attached_files_are_searched():
    rows = corpus(home={"attached": "quote from Norland Medical.pdf"})
    assert set(asked("all that mentions Norland Medical", rows).found.message_id) == {"other", "home"}


def test_a_scope_without_a_subject_finds_nothing():
    assert asked("").found.empty and asked("please send everything").found.empty
    assert asked("all about X", received="not a day").query is None


@pytest.mark.parametrize(("searched", "reach"), [
    ("official mailboxes", "official"), ("", "no record"), ("private phones and WhatsApp", "private"), ("official phones; shared drive", "official"),
    ("official mailboxes, not private phones", "official"), ("Mailboxes; ministers' personal accounts", "private"),
])  # fmt: skip
def test_reach(searched, reach):
    assert study.reach(searched) == reach


def test_two_runs_give_the_same_order():
    assert asked("all about Halberd Medical").found.equals(asked("all about Halberd Medical").found)


def test_channels_and_parties_are_read():
    read = query("Emails between Anna Smith and Bob Jones about Halberd Medical", date(2020, 5, 5))
    assert read.channels == ("email",) and [party.name for party in read.parties] == ["Anna Smith", "Bob Jones"]
