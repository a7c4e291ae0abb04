"""Two invented coders judge a stratified sample of the invented matter, with stated errors: `judgements/labels.csv`.

Message ids are those the product gives, so the matter is read first. Coders see the planted truth and err at random.
"""

from __future__ import annotations

import tempfile
from pathlib import Path
from random import Random

import pandas as pd

from analysis.matter import Matter
from analysis.pipeline import open_matter
from analysis.review import population
from analysis.review.draws import draw
from analysis.sensitivity.judgements import COLUMNS, FILE, UNSURE
from analysis.store import write_text

N_CODED = 320
CODERS = {"Coder A": (0.02, 0.03), "Coder B": (0.04, 0.05)}
"""Share of business called personal, and of personal called business."""
UNSURE_SHARE = 0.015
FIRST_AT = pd.Timestamp("2021-11-08 09:00", tz="UTC")


def write(folder: Path) -> Path:
    """Write the judgements of a written sample; gives the file. The same matter gives the same judgements."""
    path = folder / "judgements" / FILE
    path.unlink(missing_ok=True)
    with tempfile.TemporaryDirectory() as place:
        matter = open_matter(folder, out=place)
        truth = known(matter)
        rows = population(matter)
        rows = rows[rows["message_id"].isin(truth.index)]
        chosen = draw(rows.reset_index(drop=True), N_CODED, "stratified", 1)
    write_text(path, _judged(chosen, truth["class"]).to_csv(index=False, lineterminator="\n"))
    return path


def known(matter: Matter) -> pd.DataFrame:
    """`truth_id` and `class` of each message that was read, by message id, from the planted truth."""
    sources = matter.store.read("sources", ["source_id", "path"])
    copies = matter.store.read("copies", ["source_id", "seq", "message_id", "suspect"])
    copies = copies[copies["suspect"] != "pasted_header"].merge(sources).sort_values(["path", "seq"])
    copies["seq"] = copies.groupby("path").cumcount()
    place = matter.folder / "truth"
    planted = pd.read_csv(place / "copies.csv", usecols=["truth_id", "path", "seq"])
    planted["path"] = planted["path"].str.removeprefix("evidence/")
    both = copies.merge(planted, on=["path", "seq"]).merge(pd.read_csv(place / "business.csv"), on="truth_id")
    return both.drop_duplicates("message_id").set_index("message_id")[["truth_id", "class"]]


def _judged(chosen: pd.DataFrame, truth: pd.Series) -> pd.DataFrame:
    rows = []
    answers = truth.to_dict()
    for coder, errors in CODERS.items():
        dice = Random(f"coder {coder}")
        for place, row in enumerate(chosen.itertuples()):
            right = answers[str(row.message_id)]
            wrong = dice.random() < errors[right == "personal"]
            label = {"business": "personal", "personal": "business"}[right] if wrong else right
            label = UNSURE if dice.random() < UNSURE_SHARE else label
            at = FIRST_AT + pd.Timedelta(seconds=40 * place)
            rows.append(("B001", row.message_id, "business", label, coder, f"{at:%Y-%m-%dT%H:%M:%SZ}", "",
                         row.design, row.stratum, f"{row.chance:.8g}"))  # fmt: skip
    return pd.DataFrame(rows, columns=list(COLUMNS))
