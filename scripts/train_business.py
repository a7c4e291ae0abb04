"""Train the starting model of business or personal: `python scripts/train_business.py`.

It is trained on the invented matter only (seeds below, never seed 1, the committed one): made in a temporary folder,
read as any evidence, joined with the planted truth. Whole stories are left out in turn, so that what it learns to
trust is what holds for wording it has not seen. Writes src/analysis/sensitivity/business_start.npz, prints its facts.
"""

import sys
import tempfile
from pathlib import Path

import numpy as np
import pandas as pd

from analysis.pipeline import open_matter
from analysis.sample import ledger, mail, write
from analysis.sample.judgements import known
from analysis.sensitivity import business_context, business_model
from analysis.sensitivity.business_model import FOLDS, Model, logit, text_weights
from analysis.sensitivity.business_scorer import counted

SEEDS, MESSAGES = tuple(range(101, 109)), 4000
ROOT = Path(__file__).resolve().parents[1]


def taught(folder: Path, seed: int) -> tuple[pd.DataFrame, np.ndarray, np.ndarray]:
    """Messages of an invented matter, whether each is business, and the story it comes from."""
    stories = told(folder, seed)
    matter = open_matter(folder / f"s{seed}", out=folder / "out")
    rows, truth = (
        business_context.rows(
            matter,
            {name: matter.store.read(name) for name in ("messages", "recipients", "people", "identities", "threads")},
        ),
        known(matter),
    )
    rows = rows[rows.message_id.isin(truth.index)].reset_index(drop=True)
    names = truth.truth_id[rows.message_id].map(stories).fillna("captured")
    return rows, (truth["class"][rows.message_id] == "business").to_numpy(), names.to_numpy()


def told(folder: Path, seed: int) -> dict[str, str]:
    """Write the matter; which story each message comes from, by truth id."""
    found: dict[str, str] = {}
    chat, first, reply = ledger.Ledger._message, mail.Post._first, mail.Post._reply

    def noted(self, thread, draw, ms, sender, text, story, facts):
        message = chat(self, thread, draw, ms, sender, text, story, facts)
        found[f"t{message.no}"] = story.name
        return message

    mails = []

    def opened(self, *told):
        mails.append((first(self, *told), told[-1].name))
        return mails[-1][0]

    def answered(self, *told):
        mails.append((reply(self, *told), told[-1].name))
        return mails[-1][0]

    ledger.Ledger._message, mail.Post._first, mail.Post._reply = noted, opened, answered
    try:
        write(folder / f"s{seed}", messages=MESSAGES, seed=seed)
    finally:
        ledger.Ledger._message, mail.Post._first, mail.Post._reply = chat, first, reply
    return found | {f"t{one.no}": name for one, name in mails if one.no}


def fit(said: pd.DataFrame, business: np.ndarray, groups: np.ndarray, name: str) -> Model:
    """A model of rows of `business_context.rows` with known answers.

    Parameters
    ----------
    said, business
        Messages and whether each is business; both answers must occur.
    groups
        What stands or falls together (a story, a thread): no group lies on both sides of a fold.
    """
    from sklearn.model_selection import GroupKFold

    matrix = counted(said["text"].tolist())
    own = np.zeros(len(said))
    folds = GroupKFold(min(FOLDS, len(set(groups))))
    for seen, left in folds.split(matrix, business, groups):
        own[left] = matrix[left] @ text_weights(matrix[seen], business[seen])
    around = business_context.around(said, own)
    facts, constant = logit(around, business)
    return Model(text_weights(matrix, business).astype(np.float32), facts, constant, name)


def main() -> None:
    with tempfile.TemporaryDirectory() as place:
        parts = [taught(Path(place), seed) for seed in SEEDS]
    rows = pd.concat([part[0].assign(thread_id=f"{place} " + part[0].thread_id) for place, part in enumerate(parts)],
                     ignore_index=True)  # fmt: skip
    business, stories = (np.concatenate([part[at] for part in parts]) for at in (1, 2))
    name = f"start: {len(rows)} messages of the invented matter, seeds {', '.join(map(str, SEEDS))}"
    model = fit(rows, business, stories, name)
    np.savez_compressed(
        business_model.START, weights=model.weights.astype(np.float16), facts=np.round(model.facts, 4),
        constant=np.round(model.constant, 4), name=np.array(model.name),
    )  # fmt: skip
    print(name, f"{business.mean():.3f} business; {business_model.START.stat().st_size} bytes")
    print(dict(zip(business_context.COLUMNS, model.facts.round(3).tolist(), strict=True)), round(model.constant, 3))


if __name__ == "__main__":
    sys.exit(main())
