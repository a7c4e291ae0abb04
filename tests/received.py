"""A matter folder from files and registers, taken in; a row of `sources`; frames checked against the tables."""

import pandas as pd

from analysis import intake
from analysis.intake import READERS
from analysis.matter import Matter
from analysis.store import conform
from plain_chat import CHAT

ALL = {**{name: reader for name, reader in READERS.items() if name != CHAT.name}, CHAT.name: CHAT}
SMS = '<smses count="1"><sms address="{who}" date="{at}" type="{kind}" body="{body}" contact_name="Annie" /></smses>'


def matter(tmp_path, files, **registers):
    folder = tmp_path / "matter"
    for name, content in files.items():
        path = folder / "evidence" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
    for name, text in registers.items():
        (folder / "registers").mkdir(exist_ok=True)
        (folder / "registers" / f"{name}.csv").write_text(text)
    return Matter.open(folder, out=tmp_path / "out")


def sms(who="07700 900123", at=1585000000000, kind=1, body="hello"):
    return SMS.format(who=who, at=at, kind=kind, body=body)


def take(opened, **options):
    return intake.take(opened, readers=ALL, **options)


def row(found, path):
    rows = found.sources[found.sources["path"] == path].to_dict("records")
    assert len(rows) == 1
    return {key: None if value is None or value is pd.NA or value != value else value for key, value in rows[0].items()}


def check(found):
    """The frames have the columns and keys that the canonical tables ask for."""
    conform("sources", found.sources)
    conform("rejects", found.rejects)
    conform("events", found.events)
    conform("identities", found.identities.assign(person_id=None))
    conform("copies", found.copies.drop(columns="from_owner").assign(message_id="m", offset_s=0.0))
    conform("attachments", found.attachments.drop(columns=["text", "basis"]).assign(message_id="m"))
    known = set(found.identities["identity_id"])
    assert set(found.copies["sender_identity_id"].dropna()) <= known
    assert set(found.recipients["identity_id"]) <= known
    assert set(found.names["identity_id"]) <= known
    assert set(found.copies["thread_id"]) | set(found.events["thread_id"]) <= set(found.threads["thread_id"])
