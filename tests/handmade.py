"""A tiny matter made by hand: six people, four channels' worth of tables, small enough to count on fingers."""
# ruff: noqa: C408  (hand-written rows, one a line)

from datetime import UTC, datetime, timedelta
from pathlib import Path

from analysis.store import Store
from analysis.tables import TABLES

EMPTY = {"text": "", "int": 0, "float": 0.0, "bool": False, "texts": []}
HOSTILE = "<script>alert(1)</script>"
MATTER = """[matter]
id = "handmade"
title = "A tiny matter"
authority = "The Regulator"
subject = "The Department"
zone = "Europe/London"
period = { from = "2020-03-01", to = "2020-06-30" }
official_domains = ["dept.example"]
"""
ACCOUNTS = """custodian_id,channel,address,ownership,declared_on
C1,whatsapp,+447700900001,private,2021-07-01
C2,whatsapp,+447700900002,private,2021-07-01
C2,sms,+447700900009,private,2021-07-01
C1,email,a@dept.example,official,2021-07-01
"""
CUSTODIANS = """custodian_id,name,role,organisation,from_on,to_on
C1,Alice,minister,Department,2020-03-01,2020-06-30
C2,Bob,adviser,Department,2020-03-01,2020-06-30
C3,Cara,official,Department,2020-03-01,2020-06-30
"""
TIMELINE = "at,kind,custodian_id,note\n2020-04-10,policy,,New policy\n2020-04-20,device_change,C2,New phone\n"
PEOPLE = [("alice", "C1", True), ("bob", "C2", True), ("cara", "C3", True), ("dan", None, False), ("eve", None, True),
          ("fay", None, None)]  # fmt: skip
HANDLES = [("wa1", "whatsapp", "phone", "+447700900001", "alice"), ("wa2", "whatsapp", "phone", "+447700900002", "bob"),
           ("wa3", "whatsapp", "phone", "+447700900003", "cara"), ("wa4", "whatsapp", "phone", "+447700900004", "dan"),
           ("wa5", "whatsapp", "phone", "+447700900005", "eve"), ("sm2", "sms", "phone", "+447700900002", "bob"),
           ("sm3", "sms", "phone", "+447700900003", "cara"), ("ma1", "email", "email", "a@dept.example", "alice"),
           ("ma2", "email", "email", "bob@mail.example", "bob"), ("ma6", "email", "email", "f@firm.example", None)]  # fmt: skip
ACCOUNT_OF = {"wa1": "A1", "wa2": "A2", "wa3": "A3", "ma1": "A5"}
SOURCES = [("S1", "alice/chat.txt", "C1", "whatsapp", "+447700900001"), ("S2", "bob/chat.txt", "C2", "whatsapp", "+447700900002"),
           ("S3", "cara/chat.txt", "C3", "whatsapp", "+447700900003"), ("S4", "cara/sms.xml", "C3", "sms", "+447700900003"),
           ("S5", "alice/mail.mbox", "C1", "email", "a@dept.example")]  # fmt: skip


def at(day: int, hour: int = 12, minute: int = 0) -> datetime:
    """A moment, counted in days from 1 March 2020 (UTC)."""
    return datetime(2020, 3, 1, hour, minute, tzinfo=UTC) + timedelta(days=day)


def row(table: str, **values: object) -> dict[str, object]:
    """A row of a canonical table; columns not given are absent, or empty where absence is not allowed."""
    filled = {column.name: None if column.null else EMPTY.get(column.type) for column in TABLES[table].columns}
    assert not (unknown := set(values) - set(filled)), unknown
    return filled | values


def matter_folder(folder: Path) -> Path:
    """Write `matter.toml` and the registers; returns the folder."""
    (folder / "registers").mkdir(parents=True)
    (folder / "evidence").mkdir()
    (folder / "matter.toml").write_text(MATTER, encoding="utf-8")
    (folder / "registers" / "accounts.csv").write_text(ACCOUNTS, encoding="utf-8")
    (folder / "registers" / "timeline.csv").write_text(TIMELINE, encoding="utf-8")
    (folder / "registers" / "custodians.csv").write_text(CUSTODIANS, encoding="utf-8")
    return folder


def fill(store: Store) -> None:
    """Write the tables."""
    _who(store)
    _what(store)
    held = store.read("copies").source_id.value_counts()
    store.write("sources", store.read("sources").assign(n_copies=lambda t: t.source_id.map(held).fillna(0).astype(int)))


def _who(store: Store) -> None:
    store.write("people", [row("people", person_id=p, label=p.title(), custodian_id=c, inside=i, organisation="Department" if i else "Firm")
                           for p, c, i in PEOPLE])  # fmt: skip
    store.write("identities", [row("identities", identity_id=i, channel=c, kind=k, raw=n, normal=n, person_id=p)
                               for i, c, k, n, p in HANDLES])  # fmt: skip
    seen = dict(observed=True, exported=True, first_at=at(0), last_at=at(90), n_sent=9, n_received=9)
    store.write("accounts", [
        row("accounts", account_id="A1", channel="whatsapp", address="+447700900001", ownership="private", custodian_id="C1", person_id="alice", declared=True, **seen),
        row("accounts", account_id="A2", channel="whatsapp", address="+447700900002", ownership="private", custodian_id="C2", person_id="bob", declared=True, **seen),
        row("accounts", account_id="A3", channel="whatsapp", address="+447700900003", ownership="private", custodian_id="C3", person_id="cara", declared=False,
            why="owner of cara/chat.txt", locator="cara/chat.txt bytes 0-40", **seen),
        row("accounts", account_id="A4", channel="sms", address="+447700900009", ownership="private", custodian_id="C2", person_id="bob", declared=True),
        row("accounts", account_id="A5", channel="email", address="a@dept.example", ownership="official", custodian_id="C1", person_id="alice", declared=True, **seen),
    ])  # fmt: skip
    store.write("merges", [row("merges", identity_a="wa1", identity_b="ma1", rule="phone_book", score=1.0, tier="certain", verdict="auto", by="rules", why="same entry"),
                           row("merges", identity_a="wa4", identity_b="ma6", rule="display_name", score=0.6, tier="possible", verdict="unsure", by="rules", why=HOSTILE)])  # fmt: skip
    whole = dict(
        reader="whatsapp_text",
        status="read",
        sha256="ab" * 32,
        custody="match",
        zone_basis="assumed",
        date_order_basis="proven",
    )
    store.write("sources", [row("sources", source_id=s, path=p, custodian_id=c, channel=ch, address=a, n_copies=1, n_rejects=int(s == "S1"), first_at=at(0), last_at=at(90), **whole)
                            for s, p, c, ch, a in SOURCES]
                + [row("sources", source_id="S9", path="bob/broken.zip", status="unreadable", reason="central directory missing", sha256="cd" * 32, custody="undeclared")])  # fmt: skip
    store.write(
        "rejects", [row("rejects", source_id="S1", locator="bytes 10-20", reason="no header before it", n_bytes=10)]
    )
    store.write("offsets", [row("offsets", source_id="S1", offset_s=0.0, spread_s=0.0, n_pairs=9, basis="reference"),
                            row("offsets", source_id="S2", offset_s=90.0, spread_s=5.0, n_pairs=9, basis="pairs")])  # fmt: skip


class _Tables:
    def __init__(self) -> None:
        self.messages, self.copies, self.recipients, self.absences = [], [], [], []

    def add(
        self, thread: str, channel: str, sender: str, when: datetime, to: dict[str, str], holders: dict[str, str]
    ) -> None:
        """One message; `holders`: source -> `held` or the kind of absence."""
        who, message = {handle[0]: handle[4] for handle in HANDLES}, f"m{len(self.messages):03}"
        held = [source for source, state in holders.items() if state == "held"]
        for source, state in holders.items():
            owner = next(s[2] for s in SOURCES if s[0] == source)
            if state == "held":
                self.copies.append(row("copies", copy_id=f"{message}-{source}", source_id=source, locator=f"bytes {len(self.copies)}", seq=len(self.copies),
                                       message_id=message, thread_id=thread, sender_identity_id=sender, sent_at=when, state="present", kind="text", body=HOSTILE))  # fmt: skip
            else:
                self.absences.append(
                    row(
                        "absences",
                        message_id=message,
                        source_id=source,
                        custodian_id=owner,
                        kind=state,
                        explained=state != "absent",
                    )
                )
        self.messages.append(row("messages", message_id=message, thread_id=thread, channel=channel, sent_at=when, sender_identity_id=sender, sender_person_id=who[sender],
                                 kind="text", body=HOSTILE, n_copies=len(held), n_holders=len(held), n_expected=len(holders), best_copy_id=f"{message}-{held[0]}"))  # fmt: skip
        self.recipients += [
            row("recipients", message_id=message, identity_id=i, person_id=who[i], role=role) for i, role in to.items()
        ]


def _what(store: Store) -> None:
    made = _Tables()
    group = ["wa1", "wa2", "wa3", "wa5"]
    for day in range(0, 90, 6):  # 15 group messages; Bob lacks every third without reason, Cara joins on day 30
        sender = group[(day // 6) % 4]
        to = {handle: "member" for handle in group if handle != sender and (handle != "wa3" or day >= 30)}
        made.add("t-group", "whatsapp", sender, at(day, 9, 5), to, {
            "S1": "held", "S2": "absent" if day % 18 == 0 else "held", "S3": "held" if day >= 30 else "not_member"})  # fmt: skip
    for day in range(3, 60, 10):  # 6 in the pair of Alice and Dan; one tombstone at no other phone
        made.add(
            "t-pair",
            "whatsapp",
            "wa1" if day % 20 == 3 else "wa4",
            at(day, 22),
            {"wa4" if day % 20 == 3 else "wa1": "to"},
            {"S1": "held"},
        )
    for day in range(5, 50, 15):  # 3 texts
        made.add("t-sms", "sms", "sm3", at(day, 8), {"sm2": "to"}, {"S4": "held"})
    for day in (20, 40):  # 2 mails to Bob's undeclared mailbox, copied to a firm nobody is known behind
        made.add("t-mail", "email", "ma1", at(day, 16), {"ma2": "to", "ma6": "cc"}, {"S5": "held"})
    made.copies[0]["suspect"] = "pasted_header"
    tombstone = dict(
        copy_id="m000-S2", source_id="S2", locator="bytes 999", seq=999, state="deleted", kind="deleted", body=None
    )
    made.copies.append(made.copies[0] | tombstone | {"suspect": None})  # of the first message Bob lacks
    mail = made.messages[-1]["message_id"]
    note = row("attachments", attachment_id="f1", message_id=mail, copy_id=f"{mail}-S5", name="note.pdf", mime="application/pdf", bytes=9,
                                    sha256="ef" * 32, present=True)  # fmt: skip
    store.write(
        "attachments",
        [
            row(
                "attachments", attachment_id="F1", message_id="m000", copy_id="m000-S1", name="offer.pdf", present=True
            ),
            note,
        ],
    )
    for name in ("messages", "copies", "recipients", "absences"):
        store.write(name, getattr(made, name))
    parts = [(one["message_id"], one["sender_identity_id"], "sent") for one in made.messages]
    parts += [(one["message_id"], one["identity_id"], "received") for one in made.recipients]
    store.write("credits", [row("credits", message_id=message, account_id=ACCOUNT_OF[handle], role=role)
                            for message, handle, role in parts if handle in ACCOUNT_OF])  # fmt: skip
    pair, mail = (
        [one["message_id"] for one in made.messages if one["thread_id"] == "t-pair"],
        made.messages[-1]["message_id"],
    )
    store.write("captures", [row("captures", message_id=pair[1], official_message_id=mail, kind="paste", tier="exact", basis="words", containment=1.0, similarity=1.0,
                                 delay_s=2_000_000.0)])  # fmt: skip
    store.write("threads", [row("threads", thread_id="t-group", channel="whatsapp", kind="group", title=HOSTILE, n_sources=3),
                            row("threads", thread_id="t-pair", channel="whatsapp", kind="pair", n_sources=1),
                            row("threads", thread_id="t-sms", channel="sms", kind="pair", n_sources=1),
                            row("threads", thread_id="t-mail", channel="email", kind="mail", title="Re: offer", n_sources=1)])  # fmt: skip
    marks = [row("labels", label_id=f"l{place}", message_id=one["message_id"], scheme="business", label="business", method="model", score=0.9 - place % 3 * 0.4)
             for place, one in enumerate(made.messages)]  # fmt: skip
    marks.append(
        row(
            "labels",
            label_id="lt",
            message_id=pair[1],
            scheme="theme",
            label="channel_switch",
            method="rule",
            score=0.9,
        )
    )
    seen = row("judgements", message_id=pair[1], scheme="capture", label="yes", coder="A", at=at(120))
    store.write("judgements", [seen] + [row("judgements", message_id=one["message_id"], thread_id=one["thread_id"], scheme="business", label="personal" if place == 5 and who == "B" else "business",
                                   coder=who, at=at(90), batch="B001", design="random", stratum="all", chance=0.5, score=0.9 - place % 3 * 0.4)
                               for place, one in enumerate(made.messages[:8]) for who in "AB"])  # fmt: skip
    store.write("memberships", [row("memberships", thread_id="t-group", identity_id=i, person_id=p, from_at=at(30) if i == "wa3" else None, basis="joined")
                                for i, _, _, _, p in HANDLES if i in group])  # fmt: skip
    store.write(
        "labels",
        marks
        + [row("labels", **({"label_id": f"L{n:02}", "method": "rule"} | facts)) for n, facts in enumerate(_labels())],
    )


def _labels() -> list[dict[str, object]]:
    """One document marked twice (once quoted, badly formed), one routine mark; two entries about people; signals."""
    mark = dict(
        scheme="marking", where="body", start=0, end=8, negated=False, position="own_line", slots="", anachronism=""
    )
    piece = dict(scheme="personal", where="body", quoted=False, entry="L03")
    return [
        mark
        | dict(
            message_id="m015", label="OFFICIAL-SENSITIVE", faults="shorthand", document="d1", quoted=False, score=0.9
        ),
        mark | dict(message_id="m000", label="OFFICIAL-SENSITIVE", faults="", document="d1", quoted=True, score=0.9),
        mark | dict(message_id="m001", label="OFFICIAL", faults="", document="d2", quoted=False, score=0.9),
        piece | dict(message_id="m015", label="name", start=1, end=7, rule="title"),
        piece | dict(message_id="m015", label="nhs_number", start=8, end=13, rule="number"),
        piece | dict(message_id="m015", label="health", start=14, end=16, rule="said", scheme="special"),
        piece | dict(message_id="m003", label="postcode", start=1, end=7, rule="postcode", entry="L06"),
        piece | dict(message_id="m006", label="phone", start=1, end=7, rule="phone:correspondent", entry="L07"),
        piece | dict(message_id="m024", label="email", start=1, end=7, rule="email", entry="L08", scheme="contact"),
        piece | dict(message_id="m009", label="name", start=1, end=7, rule="title", entry="L09", quoted=True),
        dict(
            message_id="m001",
            scheme="theme",
            label="channel_switch",
            start=1,
            end=7,
            where="body",
            quoted=False,
            score=0.8,
        ),
        dict(message_id="m002", scheme="theme", label="gowns, masks", where="body", score=0.6) | {"method": "model"},
        dict(message_id="m005", scheme="theme", label="gowns, masks", where="body", score=0.5) | {"method": "model"},
        dict(message_id="m006", scheme="privilege", label="legal_advice", start=1, end=7, where="body", score=0.9),
        dict(message_id="m007", scheme="exemption", label="s43", start=1, end=7, where="body", score=0.6),
    ]
