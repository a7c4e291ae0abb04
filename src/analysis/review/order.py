"""The order of reading: thread by thread in order of time, near-duplicates beside the first of them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from zlib import crc32

import pandas as pd

SHINGLE, KEYS = 4, 4
"""Words in a shingle; the smallest hashes of a text by which candidates are found."""
ALIKE = 0.7
"""Share of common shingles from which two texts are near-duplicates: a forwarded text with another greeting is one."""
LEAST = 40
"""Letters from which a text is somebody's words and not just `ok`: shorter ones are never copies of each other."""
_WORDS = re.compile(r"\w+")


def normal(text: str) -> str:
    """Text with white space made even: two texts alike in this are exact copies."""
    return " ".join(text.split())


def _shingles(text: str) -> frozenset[int]:
    words = _WORDS.findall(text.casefold())
    return frozenset(
        crc32(" ".join(words[at : at + SHINGLE]).encode("utf-8", "replace"))
        for at in range(max(len(words) - SHINGLE + 1, 1))
    )


def groups(texts: Sequence[str]) -> list[int]:
    """For each text the place of the first text it is a near-duplicate of, itself included."""
    found: list[int] = []
    sets: list[frozenset[int]] = []
    by_key: dict[int, list[int]] = {}
    for place, text in enumerate(texts):
        shingles = _shingles(text)
        keys = sorted(shingles)[:KEYS] if len(normal(text)) >= LEAST else []
        near = {other for key in keys for other in by_key.get(key, ())}
        alike = [other for other in sorted(near) if len(shingles & sets[other]) >= ALIKE * len(shingles | sets[other])]
        found.append(found[alike[0]] if alike else place)
        sets.append(shingles)
        for key in keys if not alike else ():
            by_key.setdefault(key, []).append(place)
    return found


def ordered(rows: pd.DataFrame) -> pd.DataFrame:
    """Rows in the order of reading, with `near`: the number of the group of near-duplicates, 1 for the first."""
    rows = rows.sort_values(["sent_at", "message_id"], kind="stable")
    firsts = groups(rows["text"].tolist())
    leaders = rows["thread_id"].to_numpy()[firsts]
    opened = rows.groupby("thread_id")["sent_at"].min()
    keys = pd.DataFrame({"opened": opened[leaders].to_numpy(), "thread": leaders, "first": firsts}, index=rows.index)
    keys["own"] = range(len(rows))
    rows = rows.loc[keys.sort_values(["opened", "thread", "first", "own"]).index]
    near = keys["first"].loc[rows.index]
    return rows.assign(near=pd.factorize(near)[0] + 1)
