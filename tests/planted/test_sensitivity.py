"""What was planted in the sample and in three other matters: markings per level, personal data per kind, masking."""

from pathlib import Path

import pandas as pd
import pytest

from analysis import sample, sensitivity
from analysis.matter import Matter
from planted import joined, run_folder, shared_tables, truth
from support import ROOT

SEEDS, MESSAGES = (31, 32, 33), 2000
PRECISION = RECALL = 0.98
PLACED = ["where", "label"]


@pytest.fixture(scope="module")
def matters(tmp_path_factory: pytest.TempPathFactory) -> list[Matter]:
    place = run_folder(tmp_path_factory)
    made = [shared_tables(lambda: ROOT / "data" / "sample", place, "sample-tables")]
    return [*made, *(shared_tables(lambda one=seed: written(place, one), place, f"labels-{seed}") for seed in SEEDS)]


def written(place: Path, seed: int) -> Path:
    folder = place / f"labels-matter-{seed}"
    if not folder.exists():
        sample.write(folder, messages=MESSAGES, seed=seed)
    return folder


def beside(matter: Matter, scheme: str, file: str) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Planted and found spans, with message, place, label, value; what official mail repeats word for word is left out
    (its truth is that of the private message), and so is what no readable copy holds."""
    copies = joined(matter).query("_merge == 'both'")
    message = copies.drop_duplicates("truth_id").set_index("truth_id")["message_id"]
    captures = set(truth(matter, "captures")["official_message_id"])
    captures |= {one.strip("<>") for one in captures}
    official = set(copies.loc[copies["native_id"].isin(captures), "message_id"])
    bodies = matter.store.read("messages").set_index("message_id")
    bodies["header"] = copies.dropna(subset="header").drop_duplicates("message_id").set_index("message_id")["header"]
    planted = truth(matter, file).assign(message_id=lambda rows: rows["truth_id"].map(message))
    found = matter.store.read("labels").query("scheme == @scheme and where in ['body', 'subject', 'header']")
    parts = []
    for rows in (planted, found):
        rows = rows[~rows["message_id"].isin(official)].astype({"start": int, "end": int})
        texts = [bodies[where].get(key) for key, where in zip(rows["message_id"], rows["where"], strict=True)]
        rows = rows.assign(text=texts).dropna(subset="text")
        value = [text[a:b] for text, a, b in zip(rows["text"], rows["start"], rows["end"], strict=True)]
        parts.append(rows.assign(value=value)[["message_id", "where", "label", "value"]].drop_duplicates())
    return parts[0], parts[1]


def scores(matters: list[Matter], scheme: str, file: str) -> pd.DataFrame:
    """A row is a place and a label: `planted`, `found`, `both`, over all matters."""
    pairs = [beside(matter, scheme, file) for matter in matters]
    planted, found = (pd.concat([pair[side] for pair in pairs]) for side in (0, 1))
    both = planted.merge(found, on=list(planted.columns))
    return pd.DataFrame({
        "planted": planted.groupby(PLACED).size(), "found": found.groupby(PLACED).size(),
        "both": both.groupby(PLACED).size(),
    }).fillna(0)  # fmt: skip


@pytest.mark.parametrize(("scheme", "file", "fewest"), [("marking", "markings", 4), ("personal", "personal", 8)])
def test_what_was_planted_is_found_and_nothing_else(matters, scheme, file, fewest) -> None:
    rows = scores(matters, scheme, file)
    assert len(rows) >= fewest and rows["planted"].min() > 0, rows.to_string()
    assert scheme == "personal" or set(rows.index.get_level_values("where")) == {"body", "subject", "header"}
    assert (rows["both"] / rows["planted"]).min() >= RECALL, rows.to_string()
    assert (rows["both"] / rows["found"]).min() >= PRECISION, rows.to_string()


def test_masked_texts_hold_no_planted_secret(matters: list[Matter]) -> None:
    """Each planted value is gone from the masked text of the very message it was planted in."""
    for matter in matters[1:]:
        planted, _ = beside(matter, "personal", "personal")
        labels = matter.store.read("labels")
        bodies = matter.store.read("messages").set_index("message_id")["body"]
        held = dict(iter(labels.groupby("message_id")))
        left = [
            row.label
            for row in planted.itertuples()
            if row.value in sensitivity.masked(bodies[row.message_id], held[row.message_id])
        ]
        assert len(planted) > 50 and left == []


def test_talk_about_markings_and_disclaimers_has_no_mark(matters: list[Matter]) -> None:
    bodies = matters[0].store.read("messages").set_index("message_id")["body"].fillna("")
    talk = set(bodies.index[bodies.str.contains("nothing marked|Secret Santa|official-sensitive or just", regex=True)])
    alone = {key for key in talk if "OFFICIAL" not in bodies[key]}
    marked = set(matters[0].store.read("labels").query("scheme == 'marking' and where == 'body'")["message_id"])
    assert len(alone) > 5 and not alone & marked


def test_moves_of_channel_are_seen(matters: list[Matter]) -> None:
    labels = matters[0].store.read("labels").query("label == 'channel_switch'")
    assert len(labels) > 50 and labels["end"].notna().all()
