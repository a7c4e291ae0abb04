"""Themes for orientation: what conversations are about, by the words that go together in them.

Non-negative factors of word weights over conversation weeks; each theme is named by its three weightiest words, and a
message belongs to a theme when its own words point there. Cannot show what is not said in words, nor its weight.

References
----------
Lee, D. D., Seung, H. S. (1999). Learning the parts of objects by non-negative matrix factorization. Nature 401.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

import numpy as np
import pandas as pd

from analysis import passages
from analysis.sensitivity import lexicon
from analysis.sensitivity.masking import masked
from analysis.sensitivity.rows import row
from analysis.sensitivity.texts import Texts

MOST, PER = 12, 25
"""At most so many themes, and one for so many conversation weeks: more could not be read at a glance."""
FEWEST = 50
"""Conversation weeks below which no theme is looked for."""
POINTS = 0.3
"""Cosine between a message and a theme from which the message belongs to it."""
LARGEST = 20_000
"""Conversation weeks the themes are learnt from; of more, evenly many are taken."""
NAMED_BY = 3
WORD = r"(?u)\b[^\W\d_]{3,}\b"
SEED = 20220711
_HIDDEN = re.compile(r"\[[a-z ]{2,20}\]")


def rows(
    texts: Texts, messages: pd.DataFrame, labels: pd.DataFrame, people: Iterable[str], apart: set[str]
) -> list[dict[str, Any]]:
    """Labels of the scheme `theme`; words of names and of messages `apart` (privileged ones) teach nothing."""
    chosen = [at for at in range(len(texts.text)) if texts.value("where", at) == "body"]
    chosen = [at for at in chosen if texts.value("message_id", at) not in apart]
    facts = messages.set_index("message_id").loc[[texts.value("message_id", at) for at in chosen]]
    week = facts["thread_id"] + facts["sent_at"].dt.strftime("%G-%V").fillna("")
    said = pd.Series(list(_plain(texts, chosen, labels)), index=week.to_numpy())
    documents = said.groupby(level=0, sort=True).agg(" ".join)
    if len(documents) < FEWEST:
        return []
    names = {word for name in people for word in lexicon.words(name)}
    found = _factors(documents.iloc[:: -(-len(documents) // LARGEST)], names, said)
    if found is None:
        return []
    titles, best, score = found
    return [
        row(texts, at, "theme", titles[theme], None, None, "model", rule="factors of words", score=round(float(one), 4))
        for at, theme, one in zip(chosen, best, score, strict=True)
        if one >= POINTS
    ]


def _plain(texts: Texts, chosen: list[int], labels: pd.DataFrame) -> Iterable[str]:
    """Bodies without what they quote, without signatures, without the personal data in them."""
    held = {str(key): part for key, part in labels[labels["where"] == "body"].groupby("message_id")}
    for at in chosen:
        own = held.get(texts.value("message_id", at))
        text = texts.text[at]
        shown = text if own is None else _HIDDEN.sub(" ", masked(text, own))
        yield passages.own(shown) if texts.value("channel", at) == "email" else shown


def _factors(documents: pd.Series, names: set[str], said: pd.Series) -> tuple[list[str], np.ndarray, np.ndarray] | None:
    """Title of each theme, and for each message the theme its words point to and how squarely (cosine)."""
    from sklearn.decomposition import NMF
    from sklearn.feature_extraction.text import ENGLISH_STOP_WORDS, TfidfVectorizer
    from sklearn.preprocessing import normalize

    stop = sorted({*ENGLISH_STOP_WORDS, *names, *lexicon.sections("chat")["stop"]})
    weigh = TfidfVectorizer(stop_words=stop, min_df=3, max_df=0.3, sublinear_tf=True, max_features=5000,
                            token_pattern=WORD)  # fmt: skip
    try:
        weights = weigh.fit_transform(documents)
    except ValueError:  # no word is common enough
        return None
    parts = max(2, min(MOST, len(documents) // PER, weights.shape[1] - 1))
    model = NMF(parts, init="nndsvd", max_iter=300, tol=1e-3, random_state=SEED).fit(weights)
    topics = normalize(model.components_)
    cosine = weigh.transform(said) @ topics.T
    terms = weigh.get_feature_names_out()
    titles = [", ".join(terms[place] for place in np.argsort(-topic, kind="stable")[:NAMED_BY]) for topic in topics]
    return titles, cosine.argmax(axis=1), cosine.max(axis=1)
