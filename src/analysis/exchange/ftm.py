"""FollowTheMoney entities as JSON lines: people, accounts, messages and mails, as investigative platforms load them."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from analysis.exchange.content import Content, instant, storable
from analysis.matter import Matter
from analysis.resolve.rows import each
from analysis.tables import CHANNEL_NAMES

Entity = dict[str, Any]


def write(matter: Matter, folder: Path) -> list[Path]:
    """Write `<matter id>.ftm.json`, an entity a line."""
    path = folder / f"{matter.id}.ftm.json"
    with path.open("w", encoding="utf-8", newline="\n") as out:
        for entity in _entities(Content(matter)):
            out.write(json.dumps(entity, ensure_ascii=False, sort_keys=True) + "\n")
    return [path]


def _entity(key: str, schema: str, **properties: Any) -> Entity:
    """An entity; a property is a list of distinct texts, and an empty one is left out."""
    lists = {
        name: list(dict.fromkeys(storable(value) for value in (values if isinstance(values, list) else [values])))
        for name, values in properties.items()
    }
    kept = {name: [value for value in values if value] for name, values in lists.items()}
    return {"id": key, "schema": schema, "properties": {name: values for name, values in kept.items() if values}}


def _entities(content: Content) -> Iterator[Entity]:
    for row in content.people.values():
        yield _entity(row.person_id, "Person", name=row.label, position=row.role, notes=row.organisation)
    for one in content.identities.values():
        yield _entity(
            one.identity_id, "UserAccount", service=CHANNEL_NAMES.get(one.channel, one.channel), owner=one.person_id,
            username=one.raw, phone=one.normal if one.kind == "phone" else "",
            email=one.normal if one.kind == "email" else "",
        )  # fmt: skip
    for row in each(content.messages):
        yield _message(content, row)


def _message(content: Content, row: Any) -> Entity:
    reached = list(content.by_role(row.message_id))
    mail = row.channel == "email"
    sender = content.identities.get(row.sender_identity_id)
    facts: Entity = {
        "bodyText": row.body, "date": instant(row.sent_at), "subject": row.subject, "messageId": row.message_id,
        "threadTopic": content.threads[row.thread_id].title, "title": row.subject,
        "recipients": _persons(content, [one for _, one in reached]),
        "fileName": [content.sources[copy.source_id].path for copy in content.copies[row.message_id]],
    }  # fmt: skip
    if mail:
        facts |= {"from": content.mailbox(row.sender_identity_id), "emitters": sender.person_id if sender else "",
                  **{role: [content.mailbox(one) for given, one in reached if given == role]
                     for role in ("to", "cc", "bcc")}}  # fmt: skip
    else:
        facts |= {"senderAccount": row.sender_identity_id, "sender": sender.person_id if sender else "",
                  "recipientAccount": [one for _, one in reached]}  # fmt: skip
    return _entity(row.message_id, "Email" if mail else "Message", **facts)


def _persons(content: Content, identities: list[str]) -> list[str]:
    found = [content.identities[one].person_id for one in identities if one in content.identities]
    return [person for person in found if isinstance(person, str)]
