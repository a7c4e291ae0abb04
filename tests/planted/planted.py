"""The truth that was planted in an invented matter, beside the tables made from its evidence."""

import hashlib
import os
import time
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest

from analysis import sample
from analysis.matter import Matter
from analysis.pipeline import open_matter
from support import ROOT


def run_folder(factory: pytest.TempPathFactory) -> Path:
    """Where the test processes of one run share tables; without processes the folder above belongs to all runs."""
    own = factory.getbasetemp()
    return own.parent if "PYTEST_XDIST_WORKER" in os.environ else own


def shared_tables(folder: Callable[[], Path], place: Path, name: str) -> Matter:
    """The matter with its tables made once, however many test processes ask for it."""
    done, lock = place / f"{name}.done", place / f"{name}.lock"
    while not done.exists():
        try:
            lock.mkdir()
        except FileExistsError:
            time.sleep(0.2)
            continue
        matter = open_matter(folder(), out=place / name)
        done.touch()
        return matter
    return open_matter(folder(), out=place / name)


SEEDS = {"committed": (0, 0), "seed 7": (7, 2000), "seed 21": (21, 3000), "seed 99": (99, 5000)}
"""The committed matter and three others: seed and messages."""


def of_seed(name: str, factory: pytest.TempPathFactory) -> Matter:
    """A matter of `SEEDS` with its tables, made once in a run."""
    place, (seed, messages) = run_folder(factory), SEEDS[name]

    def folder() -> Path:
        if seed and not (place / name).exists():
            sample.write(place / name, messages=messages, seed=seed)
        return place / name if seed else ROOT / "data" / "sample"

    return shared_tables(folder, place, f"{name.replace(' ', '-')}-tables" if seed else "sample-tables")


def another_seed(place: Path) -> Path:
    """An invented matter that no model was trained on and nobody has judged."""
    folder = place / "another-seed"
    if not folder.exists():
        sample.write(folder, messages=3000, seed=12)
    return folder


def truth(matter: Matter, name: str) -> pd.DataFrame:
    """A file of planted truth; paths made relative to the evidence folder, as in `sources`."""
    frame = pd.read_csv(matter.folder / "truth" / f"{name}.csv", dtype=str, keep_default_na=False)
    if "path" in frame:
        frame["path"] = frame["path"].str.removeprefix("evidence/")
    return frame


def joined(matter: Matter) -> pd.DataFrame:
    """Each planted copy beside the copy that was read in its place (columns of both; `_merge` says what is missing)."""
    sources = matter.store.read("sources", ["source_id", "path", "channel"])
    copies = matter.store.read("copies").merge(sources, on="source_id")
    copies = copies[copies["suspect"] != "pasted_header"].sort_values(["path", "seq"])
    copies["n"] = copies.groupby("path").cumcount()
    planted = truth(matter, "copies")
    planted["n"] = planted["seq"].astype(int)
    planted = planted.drop(columns="seq").rename(columns={"state": "true_state"})
    return planted.merge(copies, on=["path", "n"], how="outer", indicator=True)


def fingerprint(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:16]


def handles(matter: Matter) -> pd.Series:
    """The person behind each true address, by the identities that resolve to it: address -> person_id."""
    identities = matter.store.read("identities")
    known = identities[identities["kind"].isin(["phone", "email", "profile"])]
    return known.drop_duplicates("normal").set_index("normal")["person_id"]
