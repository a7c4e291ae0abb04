"""CASE/UCO: messages, accounts, threads and files of evidence as JSON-LD, with the provenance of each message.

Follows the shapes of the UCO observable ontology. Ids end in a UUID made from our own ids, so they are the same in
every run. The content of a message is stated once; each copy is named with its file, hash and place.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import UUID, uuid5

from analysis.exchange.content import Content, instant, storable
from analysis.matter import Matter
from analysis.resolve.rows import each
from analysis.tables import CHANNEL_NAMES

SPACE = UUID("6ba7b811-9dad-11d1-80b4-00c04fd430c8")  # the URL namespace of RFC 4122
CONTEXT = {
    "kb": "http://example.org/kb/",
    "uco-core": "https://ontology.unifiedcyberontology.org/uco/core/",
    "uco-observable": "https://ontology.unifiedcyberontology.org/uco/observable/",
    "uco-types": "https://ontology.unifiedcyberontology.org/uco/types/",
    "xsd": "http://www.w3.org/2001/XMLSchema#",
}
KINDS = {"email": "EmailMessage", "sms": "SMSMessage"}


def write(matter: Matter, folder: Path) -> list[Path]:
    """Write `<matter id>.jsonld`, a node a line."""
    path = folder / f"{matter.id}.jsonld"
    with path.open("w", encoding="utf-8", newline="\n") as out:
        out.write('{"@context": ' + json.dumps(CONTEXT, sort_keys=True) + ',\n"@graph": [\n')
        for n, node in enumerate(_nodes(Content(matter))):
            out.write((",\n" if n else "") + json.dumps(node, ensure_ascii=False, sort_keys=True))
        out.write("\n]}\n")
    return [path]


def _id(kind: str, key: str) -> str:
    return f"kb:{kind}-{uuid5(SPACE, f'{kind}/{key}')}"


def _ref(kind: str, key: Any) -> dict[str, str] | None:
    return {"@id": _id(kind, key)} if isinstance(key, str) else None


def _time(at: Any) -> dict[str, str] | None:
    return {"@type": "xsd:dateTime", "@value": instant(at)} if instant(at) else None


def _node(kind: str, key: str, type_: str, facet: str, **facts: Any) -> dict[str, Any]:
    """An observable with one facet; absent facts are left out."""
    inner = {"@id": _id(f"{kind}-facet", key), "@type": f"uco-observable:{facet}"}
    return {
        "@id": _id(kind, key),
        "@type": f"uco-observable:{type_}",
        "uco-core:hasFacet": [inner | {name: fact for name, fact in facts.items() if fact not in (None, [], "")}],
    }


def _nodes(content: Content) -> Iterator[dict[str, Any]]:
    for name in sorted(CHANNEL_NAMES):
        yield _node("application", name, "Application", "ApplicationFacet",
                    **{"uco-observable:applicationIdentifier": CHANNEL_NAMES[name]})  # fmt: skip
    for row in content.sources.values():
        digest = {"@id": _id("hash", row.source_id), "@type": "uco-types:Hash", "uco-types:hashMethod": "SHA256",
                  "uco-types:hashValue": {"@type": "xsd:hexBinary", "@value": row.sha256}}  # fmt: skip
        node = _node("source", row.source_id, "File", "FileFacet", **{"uco-observable:filePath": storable(row.path)})
        data = {"@id": _id("content", row.source_id), "@type": "uco-observable:ContentDataFacet",
                "uco-observable:hash": [digest]}  # fmt: skip
        node["uco-core:hasFacet"].append(data)
        yield node
    for one in content.identities.values():
        yield _node("account", one.identity_id, "ApplicationAccount", "ApplicationAccountFacet",
                    **{"uco-observable:application": _ref("application", one.channel),
                       "uco-observable:accountIdentifier": storable(one.normal or one.raw),
                       "uco-observable:displayName": content.label(one.identity_id)})  # fmt: skip
    in_thread: dict[str, list[dict[str, str]]] = {}
    for row in each(content.messages):
        in_thread.setdefault(row.thread_id, []).append({"@id": _id("message", row.message_id)})
        yield _message(content, row)
    for thread_id, thread in content.threads.items():
        yield _node("thread", thread_id, "MessageThread", "MessageThreadFacet",
                    **{"uco-observable:displayName": storable(thread.title),
                       "uco-observable:messageThread": in_thread.get(thread_id, [])})  # fmt: skip


def _message(content: Content, row: Any) -> dict[str, Any]:
    reached = [{"@id": _id("account", one)} for _, one in content.by_role(row.message_id)]
    node = _node(
        "message", row.message_id, KINDS.get(row.channel, "Message"), "MessageFacet",
        **{"uco-observable:application": _ref("application", row.channel),
           "uco-observable:from": _ref("account", row.sender_identity_id), "uco-observable:to": reached,
           "uco-observable:sentTime": _time(row.sent_at), "uco-observable:messageText": storable(row.body),
           "uco-observable:messageID": row.message_id, "uco-observable:messageType": row.kind},
    )  # fmt: skip
    places = [f"{content.sources[copy.source_id].path} at {copy.locator}" for copy in content.copies[row.message_id]]
    return node | {"uco-core:description": "held in: " + storable("; ".join(places))}
