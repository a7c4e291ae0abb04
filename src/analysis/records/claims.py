"""Which message a passage belongs to: of several with these words, the one the context speaks for."""

from __future__ import annotations

from collections.abc import Iterator
from typing import cast

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from analysis.records.candidates import PROBABLE_SHARE
from analysis.records.corpus import Corpus
from analysis.resolve.rows import each

FEW_WORDS = 6  # an exact message of fewer needs a sign beside its words: its minute, or lines of its own in company
SLACK_S = 120  # agreed times are good to a minute or two: an item this much "earlier" is one sent at once
CLAIM_SHARE = 0.3  # of a passage may belong to another message already
SIGN = 0.1  # what a sign of the context adds to the words in common of what stands nearly: one alone decides nothing
MEANT = 3  # messages said of one passage, at the most, where none is ahead of the others by more than a sign
RIVAL_WORDS = 4  # two passages of an item this close are the same one...
RIVAL_SHARE = 0.15  # ...and a message this much less like it (or more) might be the one meant
RIVAL_THREADS = 2  # official conversations that nearly hold a message: more, and it is the phrase they share
NEAR_S = 12 * 3600  # messages of one conversation this close to a captured one are looked for beside it


class Taken:
    """Stretches of words of items that belong to a message already."""

    def __init__(self, corpus: Corpus) -> None:
        self.threads = corpus.private["thread_id"].to_numpy()
        self.mail = (corpus.private["channel"] == "email").to_numpy()
        self.of: dict[int, list[tuple[int, int, int, float]]] = {}

    def claim(self, text: int, item: int, start: int, end: int, strength: float = np.inf) -> bool:
        """Take a stretch, unless too much of it is taken; a mail may stand in another of its conversation (quoted).

        What stands nearly there shares the stretch with what does no better, where `strength` tells them not apart.
        """
        others = self.of.setdefault(item, [])
        met = [(min(end, stop) - max(start, begin), other, power) for begin, stop, other, power in others
               if min(end, stop) > max(start, begin)]  # fmt: skip
        clash = sum(
            shared for shared, other, power in met
            if not (self.mail[text] and other != text and self.threads[other] == self.threads[text])
            and not (len(met) < MEANT and (1 - SIGN) * power <= strength < np.inf)
        )  # fmt: skip
        if clash > CLAIM_SHARE * (end - start):
            return False
        others.append((start, end, text, strength))
        return True


def claimed(corpus: Corpus, rows: pd.DataFrame) -> pd.DataFrame:
    """The candidates that keep their passage: with `kind`, `begin`, `stop` (characters of the item).

    A part of a message needs somebody who had both. A part of a mail without quoting or forwarding is another letter in
    the same words, and so is what an answer in the same official conversation quotes of it. Text that an official item
    held before the message was sent came from there: later items are no captures of it, unless a transcript gives the
    minute.
    """
    early, rows = rows[rows["delay_s"] < -SLACK_S], rows[~(rows["delay_s"] < -SLACK_S)]
    rows = _placed(corpus, rows)
    rows["exact"] &= (rows["containment"] == 1) | rows["alone"]  # else the rest was changed, not cut off
    rows = _credible(corpus, _weighed(corpus, rows))
    order = ["strength", "same", "similarity", "minute", "party", "beside"]
    rows = rows.sort_values(
        ["item", *order, "apart_s", "text"], ascending=[True, *[False] * len(order), True, True], ignore_index=True
    )
    taken = Taken(corpus)
    fits = [taken.claim(one.text, one.item, one.start, one.end, one.strength) for one in each(rows)]
    rows = rows[np.array(fits, dtype=bool) & _single(corpus, rows)]
    early = early[(early["containment"] == 1) & (early["n"] >= FEW_WORDS)]
    first = {one.text for one in each(early) if taken.claim(one.text, one.item, one.start, one.end)}
    rows = rows[~rows["text"].isin(first) | (rows["minute"] > 0)]
    return pd.concat([rows, _placed(corpus, _beside(corpus, rows, taken))], ignore_index=True)


def _credible(corpus: Corpus, rows: pd.DataFrame) -> pd.DataFrame:
    """Candidates that prove something, with `strength`: words in common, more for each sign; without end if exact."""
    signs = (rows["minute"] > 0) | (rows["alone"] & ((rows["beside"] > 0) | rows["party"]))
    letter = (rows["kind"] == "paste") & (corpus.private["channel"].to_numpy()[rows["text"]] == "email")
    rows["answered"] = corpus.official["thread_id"].to_numpy()[rows["item"]]
    letter |= (rows["kind"] == "quote") & letter.groupby([rows["text"], rows["answered"]]).transform("any")
    part = rows["exact"] & (rows["containment"] < 1) & (rows["minute"] <= 0) & (letter | ~rows["party"])
    other = rows["otherwise"] & (rows["beside"] == 0)  # the same words on another day; a wrong clock has them all wrong
    rows = rows[(~rows["exact"] | (rows["n"] >= FEW_WORDS) | signs) & ~part & ~other]
    context = rows["minute"] + rows["party"] + (rows["beside"] > 0)
    strength = rows["same"] * (1 + SIGN * context) * (rows["similarity"] >= PROBABLE_SHARE)
    return rows.assign(strength=strength.where(~rows["exact"], np.inf))


def _single(corpus: Corpus, rows: pd.DataFrame) -> NDArray[np.bool_]:
    """Whether a mail that an item nearly holds is nearly held by few, and the passage is nearly no other message.

    What several mails are nearly like, or what many items nearly hold, is a letter written to a pattern.
    """
    places = rows.assign(thread=corpus.official["thread_id"].to_numpy()[rows["item"]])
    spread = (places.groupby("text")["thread"].transform("nunique") <= RIVAL_THREADS).to_numpy()
    middle = (rows["start"] + rows["end"]).to_numpy() // 2
    order = np.argsort(middle, kind="stable")
    likeness = rows["similarity"].to_numpy()
    low = np.searchsorted(middle[order], middle - RIVAL_WORDS, "left")
    high = np.searchsorted(middle[order], middle + RIVAL_WORDS, "right")
    rivals = [
        int((likeness[order[a:b]] >= like - RIVAL_SHARE).sum()) for a, b, like in zip(low, high, likeness, strict=True)
    ]  # fmt: skip
    mail = (corpus.private["channel"].to_numpy()[rows["text"]] == "email") & (rows["kind"].to_numpy() != "forward")
    return np.asarray(rows["exact"].to_numpy() | ~mail | (spread & (np.array(rivals) <= 1)), dtype=bool)


def _placed(corpus: Corpus, rows: pd.DataFrame) -> pd.DataFrame:
    """How each candidate stands in its item."""
    rows = rows.sort_values(["item", "start", "text"], ignore_index=True)
    places = [corpus.place(one.text, one.item, one.start, one.end) for one in each(rows)]
    for name in ("kind", "begin", "stop", "alone", "minutes", "days"):
        rows[name] = pd.Series([getattr(place, name) for place in places], rows.index, dtype=object)
    return rows.astype({"kind": "str", "begin": "int64", "stop": "int64", "alone": "bool"})


def _weighed(corpus: Corpus, rows: pd.DataFrame) -> pd.DataFrame:
    """What speaks for each candidate: `minute`, `party`, `beside` (passages of its conversation there), `apart_s`.

    `apart_s`: seconds to the middle of those messages of its conversation that nothing else could be meant by; where
    there are none, seconds to the item.
    """
    text, item = rows["text"].to_numpy(), rows["item"].to_numpy()
    rows["minute"] = list(map(_minute_sign, rows["minutes"], corpus.minutes[text]))
    rows["otherwise"] = list(map(_another_day, rows["days"], corpus.days[text]))
    rows["party"] = [corpus.acquainted(one, other) for one, other in zip(text, item, strict=True)]
    rows["thread"], rows["at"] = (corpus.private[name].to_numpy()[text] for name in ("thread_id", "sent_at"))
    sure = rows[rows["exact"]]
    alone = sure[sure.groupby(["item", "start"])["text"].transform("nunique") == 1]
    keys = ["item", "thread"]
    rows = rows.join(sure.groupby(keys)["start"].nunique().rename("beside"), on=keys)
    rows = rows.join(alone.groupby(keys)["at"].median().rename("middle"), on=keys)
    rows["beside"] = rows["beside"].fillna(1).astype("int64") - 1
    apart = pd.to_datetime(rows["at"], utc=True) - pd.to_datetime(rows["middle"], utc=True)
    rows["apart_s"] = apart.dt.total_seconds().abs().fillna(rows["delay_s"].abs())
    return rows


def _minute_sign(given: tuple[int, ...], sent: int) -> int:
    """1 where the transcript gives the minute at which the message was sent, -1 where it gives another, else 0."""
    apart = [abs((one - sent + 720) % 1440 - 720) for one in given]
    return 0 if not apart else 1 if min(apart) <= SLACK_S // 60 else -1


def _another_day(given: tuple[int, ...], sent: int) -> bool:
    """Whether the transcript gives a day on which the message was not sent, however its date is read."""
    return bool(given) and sent > 0 and min(abs(one - sent) for one in given) > 1


def _beside(corpus: Corpus, rows: pd.DataFrame, taken: Taken) -> pd.DataFrame:
    """Messages of a conversation that stand whole, on lines of their own, in an item that holds their neighbours.

    These are the short ones and those whose words are common: they prove nothing alone.
    """
    of_thread = {key: group.index.to_numpy() for key, group in corpus.private.groupby("thread_id")}
    at = corpus.private["sent_at"].to_numpy()
    found = []
    for keys, group in rows[rows["exact"]].groupby(["item", "thread"]):
        item, texts = int(group["item"].iloc[0]), of_thread[cast("tuple[int, str]", keys)[1]]
        mine, reach = at[group["text"]], np.timedelta64(NEAR_S, "s")
        near = (at[texts] >= mine.min() - reach) & (at[texts] <= mine.max() + reach)
        missing = sorted(set(texts[near].tolist()) - set(group["text"]))
        found += [
            (text, item, start, start + int(corpus.short.sizes[text]))
            for text in missing for start in _standing(corpus, text, item)
        ]  # fmt: skip
    kept = dict[tuple[int, int], tuple[int, int]]()
    for text, item, start, end in found:
        if corpus.delays(text, item) < -SLACK_S or not corpus.place(text, item, start, end).alone:
            continue
        if (text, item) not in kept and taken.claim(text, item, start, end):
            kept[text, item] = start, end
    whole = [(*pair, *place) for pair, place in kept.items()]
    frame = pd.DataFrame(whole, columns=["text", "item", "start", "end"]).astype("int64")
    frame["n"] = frame["run"] = frame["same"] = frame["end"] - frame["start"]
    frame["delay_s"] = corpus.delays(frame["text"], frame["item"])
    return frame.assign(exact=True, containment=1.0, similarity=1.0, line=frame["start"])


def _standing(corpus: Corpus, text: int, item: int) -> Iterator[int]:
    """Where all words of a message stand in an item."""
    words = corpus.short.words[corpus.short.starts[text] : corpus.short.starts[text + 1]]
    first, last = int(corpus.long.starts[item]), int(corpus.long.starts[item + 1])
    if not len(words):
        return
    for place in np.flatnonzero(corpus.long.words[first : last - len(words) + 1] == words[0]).tolist():
        if (corpus.long.words[first + place : first + place + len(words)] == words).all():
            yield first + place
