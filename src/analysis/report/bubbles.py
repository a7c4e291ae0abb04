"""One message as a reader sees it: who, when, what, who holds it, and for each copy the file, hash and place."""

from __future__ import annotations

from datetime import datetime

from analysis.markup import Markup, join, tag
from analysis.report.evidence import Evidence, Row, Selection, clock, day
from analysis.report.numbers import many
from analysis.report.spans import excerpts, spanned
from analysis.tables import channel_name

NO_TEXT = {
    "deleted": "Deleted: no text is held",
    "omitted": "Left out of the export",
    "view_once": "Sent to be seen once: not held",
}
KEPT = (("privilege", "", "May be privileged: not shown here"), ("business", "personal", "Personal: not shown here"))
"""Labels (scheme, label or any) of messages that are not shown beside an exhibit, and what is said instead."""
WHY = {
    "absent": "nothing explains it",
    "deleted": "a deletion mark stands in its place",
    "timer": "disappearing messages were on",
    "not_member": "not a member at the time",
    "truncated": "the export stops short",
    "cleared": "nothing before the export's first record",
    "outside_period": "outside the period of the export",
}


def withheld(selection: Selection, message_id: str) -> str:
    """Why a message is shown only where it is asked for: it is personal or may be privileged; empty: it is not."""
    labels = selection.labels.get(message_id, [])
    return next((why for scheme, label, why in KEPT for one in labels
                 if one["scheme"] == scheme and label in ("", one["label"])), "")  # fmt: skip


class Bubbles:
    """Writes the messages of one page; sources are numbered within the page and listed once at its end."""

    def __init__(
        self, evidence: Evidence, selection: Selection, up: str = "../", reached: bool = True, masked: bool = True
    ) -> None:
        self.evidence = evidence
        self.selection = selection
        self.up = up
        self.masked = masked  # personal data is hidden but in the conversation itself
        self.reached = reached  # whether each message names whom it reached
        paths = sorted(
            (str(evidence.sources[key]["path"]), key) for key in selection.source_ids() if key in evidence.sources
        )
        self.numbers = {key: number for number, (_, key) in enumerate(paths, 1)}

    def bubble(self, message: Row, own: bool = False, place: bool = False) -> Markup:
        """One message as an item of a list; with `place`, day and conversation are named."""
        key = message["message_id"]
        precision = self._precision(key)
        at = message["sent_at"]
        local = self.evidence.local(at) if at else None
        when = tag("time", self._when(local, precision, place), datetime=_utc(at))
        name = tag("b", tag("bdi", self.evidence.who(message["sender_identity_id"], message["sender_person_id"])))
        lacking = [row for row in self.selection.absences.get(key, []) if not row["explained"]]
        return tag(
            "li",
            tag("p", name, " ", when, self._place(message) if place else "", class_="by"),
            tag("p", tag("bdi", self._words(message, "subject")), class_="subject") if message["subject"] else "",
            self._header(key),
            self._body(message),
            [self._attachment(row, key) for row in _once(self.selection.attachments.get(key, []))],
            [self._inside(row, key) for row in self.selection.attachments.get(key, [])],
            tag("p", "Doubtful: " + str(message["suspect"]).replace("_", " "), class_="flag")
            if message["suspect"]
            else "",
            tag("p", "Not held by ", self._names(lacking), class_="flag") if lacking else "",
            self._details(message, precision),
            id=f"m-{key}",
            class_="say own" if own else "say",
        )

    def near(self, message: Row) -> Markup:
        """A message that only stands beside another: who and what, and not what is personal or may be privileged."""
        kept = withheld(self.selection, message["message_id"])
        name = tag("b", tag("bdi", self.evidence.who(message["sender_identity_id"], message["sender_person_id"])))
        when = self.evidence.local(message["sent_at"]) if message["sent_at"] else None
        body = tag("div", kept, class_="body none") if kept else self._body(message)
        by = tag("p", name, " ", self._when(when, self._precision(message["message_id"]), place=True), class_="by")
        return tag("li", by, body, class_="say near")

    def _precision(self, key: str) -> str:
        """Seconds are shown when some copy gives them."""
        precisions = {row["precision"] for row in self.selection.copies.get(key, [])}
        return "minute" if precisions == {"minute"} else "second"

    def _when(self, local: datetime | None, precision: str, place: bool) -> str:
        if not local:
            return "no time"
        return f"{day(local)}, {clock(local, precision)}" if place else clock(local, precision)

    def _place(self, message: Row) -> Markup:
        address = f"{self.up}threads/{message['thread_id']}.html#m-{message['message_id']}"
        title = tag("bdi", self.evidence.thread_title(message["thread_id"], self.masked))
        return tag("span", "in ", tag("a", title, href=address), class_="where")

    def _body(self, message: Row) -> Markup:
        if message["body"]:
            return tag("div", tag("bdi", self._words(message, "body")), class_="body")
        states = {row["state"] for row in self.selection.copies.get(message["message_id"], [])}
        reason = next((text for state, text in NO_TEXT.items() if state in states), f"No text ({message['kind']})")
        return tag("div", reason, class_="body none")

    def _attachment(self, row: Row, key: str) -> Markup:
        size = f"{row['bytes']:,} bytes" if row["bytes"] is not None else ""
        held = "" if row["present"] else "not in the evidence"
        facts = "".join(f" · {text}" for text in (row["mime"], size, held) if text)
        code = tag("span", f" SHA-256 {row['sha256']}", class_="hash") if row["sha256"] else ""
        return tag("p", "Attachment: ", tag("bdi", self._name(row, key)), facts, code, class_="file")

    def _words(self, message: Row, part: str) -> Markup:
        return spanned(message[part], self.selection.labels.get(message["message_id"], []), part, self.masked)

    def _name(self, row: Row, key: str) -> Markup:
        rows = self.selection.attachments.get(key, [])
        shown = {one["attachment_id"] for one in _once(rows)} - {row["attachment_id"]}
        alike = {one["attachment_id"] for one in rows if one["name"] == row["name"]} - shown
        labels = [one for one in self.selection.labels.get(key, []) if one["attachment_id"] in alike]
        return spanned(row["name"] or "without a name", labels, "name", self.masked)

    def _header(self, key: str) -> Markup | str:
        """The fields of a mail's header that say how it is marked, where a mark was found in them."""
        labels = [one for one in self.selection.labels.get(key, []) if one["where"] == "header"]
        held = [one for one in self.selection.copies.get(key, []) if one["header"] is not None]
        if not labels or not held:
            return ""
        text = min(held, key=lambda one: str(one["copy_id"]))["header"]
        return tag("p", "Header: ", tag("bdi", spanned(text, labels, "header", self.masked)), class_="file")

    def _inside(self, row: Row, key: str) -> Markup | str:
        """The words inside a file that a label stands on, with those around them."""
        labels = [one for one in self.selection.labels.get(key, [])
                  if one["where"] == "text" and one["attachment_id"] == row["attachment_id"]]  # fmt: skip
        if not labels:
            return ""
        found = excerpts(self.evidence.file_texts[row["attachment_id"]], labels, "text", self.masked)
        parts = [tag("p", "… ", tag("bdi", one), " …") for one in found]
        return tag("div", tag("p", "Inside ", tag("bdi", row["name"] or "the file"), ":"), parts, class_="file")

    def _names(self, rows: list[Row]) -> str:
        return ", ".join(dict.fromkeys(self.evidence.custodian(row["custodian_id"]) for row in rows))

    def _details(self, message: Row, precision: str) -> Markup:
        key = message["message_id"]
        copies, absences = self.selection.copies.get(key, []), self.selection.absences.get(key, [])
        count = f"{len(copies)} {'copy' if len(copies) == 1 else 'copies'}"
        of = message["n_expected"]
        holders = f", {message['n_holders']} of {many(of, 'holder')}" if of else ""
        at = message["sent_at"]
        lines = [tag("li", self._copy(row)) for row in copies]
        lines += [tag("li", self._absence(row)) for row in absences]
        facts = [
            self.evidence.number(key),
            key,
            f"{at.date()} {clock(at, precision)} UTC" if at else "",
            self._to(key) if self.reached else "",
        ]
        return tag(
            "details",
            tag("summary", count + holders),
            tag("p", " · ".join(text for text in facts if text)),
            tag("ul", lines),
            tag("p", "Cite as: ", tag("q", self._citation(message, copies)), class_="cite") if copies else "",
        )

    def _citation(self, message: Row, copies: list[Row]) -> str:
        """Exhibit number, time, file, place and hash in one line, to be copied whole."""
        best = next((row for row in copies if row["copy_id"] == message["best_copy_id"]), copies[0])
        source, at = self.evidence.sources[best["source_id"]], message["sent_at"]
        when = f"{at.date()} {clock(at)} UTC" if at else "no time"
        return (
            f"{self.evidence.number(message['message_id'])}, {channel_name(message['channel'])} message of {when}, "
            f"{source['path']} at {best['locator']}, SHA-256 {source['sha256']}"
        )

    def _to(self, key: str) -> str:
        roles: dict[str, list[str]] = {}
        for row in self.selection.recipients.get(key, []):
            roles.setdefault(row["role"], []).append(self.evidence.who(row["identity_id"], row["person_id"]))
        return "; ".join(f"{role}: {', '.join(dict.fromkeys(names))}" for role, names in sorted(roles.items()))

    def _copy(self, row: Row) -> Markup:
        facts = [row["locator"], row["state"]]
        if row["sent_text"]:
            facts.append(f"written {row['sent_text']}")
        if row["offset_s"]:
            facts.append(f"clock {row['offset_s']:+g} s")
        if row["suspect"]:
            facts.append(str(row["suspect"]).replace("_", " "))
        return join(self.mark(row["source_id"]), " ", " · ".join(facts))

    def _absence(self, row: Row) -> Markup:
        reason = row["evidence"] or WHY.get(row["kind"], row["kind"])
        word = "explained" if row["explained"] else "unexplained"
        return join(
            "Not in ",
            self.mark(row["source_id"]),
            f" ({self.evidence.custodian(row['custodian_id'])}): {word}, {reason}",
        )

    def mark(self, source_id: str) -> Markup:
        """Short name of a source on this page, linked to its line in the list."""
        number = self.numbers.get(source_id)
        return tag("a", f"S{number}", href=f"#s{number}") if number else tag("span", "a source not listed")

    def sources(self) -> Markup:
        """The files this page rests on: path, custodian, SHA-256."""
        items = []
        for key, number in self.numbers.items():
            row = self.evidence.sources[key]
            custody = f" · {self.evidence.custodian(row['custodian_id'])} · {row['status']} "
            code = tag("span", f"SHA-256 {row['sha256']}", class_="hash")
            items.append(tag("li", tag("bdi", row["path"]), custody, code, id=f"s{number}"))
        return tag("section", tag("h2", "Files", id="files"), tag("ol", items, class_="files"), class_="held")


def _utc(at: datetime | None) -> str | None:
    return at.strftime("%Y-%m-%dT%H:%M:%SZ") if at else None


def _once(rows: list[Row]) -> list[Row]:
    """An attachment held in several copies is shown once: by hash, else by name."""
    kept: dict[object, Row] = {}
    for row in rows:
        kept.setdefault(row["sha256"] or row["name"], row)
    return list(kept.values())
