"""What the compiled loops over mails and their callers tell each other: facts of a mail, fields, rows of leaves."""

from __future__ import annotations

HEADER_BYTES = 1 << 17  # below the limit of the careful way
BODY, DATE, TRACE, FIELDS, LEAVES = range(5)  # facts of a mail: its body (or 0), two instants, how many of the others
FACTS = 5

ANY = (  # of which the first counts
    "received", "content-type", "content-transfer-encoding", "content-disposition", "content-description",
    "x-gmail-labels", "x-gm-thrid", "x-from", "x-to", "x-cc", "x-bcc", "resent-from",
)  # fmt: skip
ONCE = ("date", "from", "sender", "to", "cc", "bcc", "reply-to", "subject", "message-id", "in-reply-to", "references",
        "delivered-to")  # fmt: skip
NAMES = (*ANY, *ONCE)
FIELD = 3  # of a field: its name, where its value begins and ends in its mail; negative: it is to be unfolded

# A leaf: its header (0: that of the mail), its bytes, its place among its likes; then what `texts` is told, and found.
HEAD, HEAD_END, BEGIN, END, IS_FIRST, PARENT, GROUP, CODE, STATE, OUT, OUT_END, SAME = range(12)
LEAF = 12
SUBTYPES = ("", "alternative", "related", "mixed", "signed", "report")  # of the multipart it stands in
QUOTED, BASE64, TEXT, WIDE, RICH, ODD = 1, 2, 4, 8, 16, 32  # its encoding; a text: perhaps UTF-8, HTML, of another kind
