"""Mail: threads over all mailboxes by References, copies by Message-ID, and by content where ids are missing or differ.

Stores and gateways give a new Message-ID to what is one mail (copies under other ids in several folders); such copies
agree in sender, second, subject and body and are one message.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from analysis.reconcile.ledger import normalise


def components(n: int, edges: np.ndarray) -> np.ndarray:
    """Connected components as the smallest node in each; `edges` has two columns."""
    if not n:
        return np.zeros(0, dtype=np.int64)
    from scipy.sparse import coo_matrix
    from scipy.sparse.csgraph import connected_components

    weights = np.ones(len(edges), dtype=np.int8)
    graph = coo_matrix((weights, (edges[:, 0], edges[:, 1])), shape=(n, n))
    _, label = connected_components(graph, directed=False)
    smallest = np.full(label.max() + 1, n, dtype=np.int64)
    np.minimum.at(smallest, label, np.arange(n))
    result: np.ndarray = smallest[label]
    return result


def _alike(values: pd.Series) -> np.ndarray:
    """Edges from each row to the first row of the same value; absent values are alone."""
    held = values[values.notna()]
    first = held.index.to_series().groupby(held).transform("min")
    return np.column_stack([held.index.to_numpy(np.int64), first.to_numpy(np.int64)])


def messages(copies: pd.DataFrame) -> np.ndarray:
    """Message of each mail (position of its first copy); `copies` is indexed 0, 1, 2..."""
    draft = copies["state"] == "draft"
    ids = clean_ids(copies["native_id"]).mask(draft)
    text = pd.Series(normalise(copies["body"]).to_pandas())
    subject = pd.Series(normalise(copies["subject"]).to_pandas())
    seconds = copies["sent_at"].astype("datetime64[us, UTC]").dt.floor("s").astype(str)
    content = copies["sender_identity_id"].fillna("") + "\x1f" + seconds + "\x1f" + subject + "\x1f" + text
    content = content.where(copies["sent_at"].notna() & ~draft)
    return components(len(copies), np.vstack([_alike(ids), _alike(content)]))


def conversations(copies: pd.DataFrame, message: np.ndarray) -> np.ndarray:
    """Thread of each mail: joined by parent, by the thread its own file shows, and by being one message."""
    ids, parents = clean_ids(copies["native_id"]), clean_ids(copies["reply_to"])
    both = pd.concat([ids, parents], ignore_index=True)
    edges = _alike(both)
    edges = edges % max(len(copies), 1) if len(copies) else edges
    own = np.column_stack([np.arange(len(copies)), message])
    return components(len(copies), np.vstack([edges, own, _alike(copies["thread_id"])]))


def clean_ids(ids: pd.Series) -> pd.Series:
    """Message-IDs without brackets and blanks; empty ones are absent."""
    bare = ids.astype("object").where(ids.notna(), None).astype("str").str.strip().str.strip("<>").str.strip()
    return bare.where(ids.notna() & (bare != ""))
