"""What the compiled loops over mails and those who call them tell each other: facts of a mail, rows of leaves, codes."""

from __future__ import annotations

HEADER_BYTES = 1 << 17  # below the limit of the careful way
BODY, DATE, TRACE, LEAVES, FIRST = range(5)  # facts of a mail: where its body begins (or 0), two instants, leaves, spans

ANY = (  # of which the first counts
    "received", "content-type", "content-transfer-encoding", "content-disposition", "content-description",
    "x-gmail-labels", "x-gm-thrid", "x-from", "x-to", "x-cc", "x-bcc", "resent-from",
)  # fmt: skip
ONCE = ("date", "from", "sender", "to", "cc", "bcc", "reply-to", "subject", "message-id", "in-reply-to", "references",
        "delivered-to")  # fmt: skip
PLACE = {name: FIRST + 2 * kind for kind, name in enumerate((*ANY, *ONCE))}  # of the span of a field's value
WIDTH = FIRST + 2 * len(PLACE)

# A leaf: its header (0: that of the mail), its bytes, its place among its likes; then what `texts` is told, and found.
HEAD, HEAD_END, BEGIN, END, IS_FIRST, PARENT, GROUP, CODE, STATE, OUT, OUT_END, SAME = range(12)
LEAF = 12
SUBTYPES = ("", "alternative", "related", "mixed", "signed", "report")  # of the multipart it stands in
QUOTED, BASE64, TEXT, WIDE, RICH, ODD = 1, 2, 4, 8, 16, 32  # its encoding; a text: perhaps UTF-8, HTML, of another kind
