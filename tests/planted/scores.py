"""How near the tables of an invented matter come to its planted truth: the bars of people and reconciliation."""

import pandas as pd

from analysis.intake import handles
from analysis.matter import Matter
from planted import joined, truth
from world import pair_scores

FINE_S, COARSE_S = 5.0, 30.0  # what an offset may be wrong by where seconds are written, and where only minutes are


class Scores:
    """Every bar of one matter, each as a number between 0 and 1 or a list of what misses."""

    def __init__(self, matter: Matter) -> None:
        self.matter = matter
        copies = joined(matter)
        self.unread = copies[copies["_merge"] != "both"]
        self.copies = copies[copies["_merge"] == "both"]
        self.message = self.copies.drop_duplicates("truth_id").set_index("truth_id")["message_id"]
        self.path = matter.store.read("sources", ["source_id", "path"]).set_index("source_id")["path"]

    def pairing(self) -> tuple[float, float]:
        """Precision and recall over pairs of copies of one message."""
        true = dict(zip(self.copies["copy_id"], self.copies["truth_id"], strict=True))
        return pair_scores(true, self.copies.set_index("copy_id")["message_id"])

    def clocks(self) -> pd.DataFrame:
        """Sources whose offset is wrong by more than allowed: path, offset_s, planted, error."""
        found = self.matter.store.read("offsets").assign(path=lambda rows: rows["source_id"].map(self.path))
        planted = truth(self.matter, "offsets").drop_duplicates("path").set_index("path")["offset_s"].astype(float)
        minute = self.copies.groupby("path")["precision"].agg(lambda values: (values == "minute").mean() > 0.5)
        found["planted"] = found["path"].map(planted)
        found["error"] = (found["offset_s"] - found["planted"]).abs()
        allowed = found["path"].map(minute).map({True: COARSE_S, False: FINE_S})
        return found[(found["error"] > allowed) & (found["basis"] != "none")]

    def absent(self) -> tuple[set[tuple[str, str]], set[tuple[str, str]]]:
        """Unexplained absences (message, path) said and planted."""
        found = self.matter.store.read("absences").query("kind == 'absent'")
        planted = truth(self.matter, "absences").query("kind == 'absent'")
        planted = planted.assign(message_id=planted["truth_id"].map(self.message)).dropna(subset="message_id")
        said = set(zip(found["message_id"], found["source_id"].map(self.path), strict=True))
        return said, set(zip(planted["message_id"], planted["path"], strict=True))

    def recipients(self) -> pd.Series:
        """By truth_id of messages in chats, whether those it reached, account by account, are those planted."""
        where = truth(self.matter, "labels")
        known = {(row.path.split("/")[0], handles.name(row.label)): row.address for row in where.itertuples()}
        facts = self.matter.store.read("identities")
        address = {
            row.identity_id: known.get((row.scope, row.normal), row.identity_id) if row.kind == "name" else row.normal
            for row in facts.itertuples()
        }
        chats = set(truth(self.matter, "messages").query("channel != 'email'")["truth_id"])
        rows = self.matter.store.read("recipients")
        found = rows["identity_id"].map(address).groupby(rows["message_id"]).agg(frozenset)
        planted = truth(self.matter, "recipients").groupby("truth_id")["address"].agg(frozenset)
        planted = planted[planted.index.isin(chats) & planted.index.isin(self.message.index)]
        reached = planted.index.map(self.message).map(found)
        return pd.Series([one == other for one, other in zip(reached, planted, strict=True)], index=planted.index)

    def people(self) -> pd.DataFrame:
        """Handles with the person found and the person planted: identity_id, kind, raw, scope, person_id, true."""
        by_address = {**_pairs(truth(self.matter, "labels"), "address", "person"),
                      **_pairs(truth(self.matter, "messages"), "sender_address", "sender_person"),
                      **_pairs(truth(self.matter, "accounts"), "address", "custodian_id")}  # fmt: skip
        labels = truth(self.matter, "labels")
        labels = labels.assign(scope=labels["path"].str.split("/").str[0], normal=labels["label"].map(handles.name))
        once = labels.groupby(["scope", "normal"])["person"].agg(["first", "nunique"]).query("nunique == 1")["first"]
        facts = self.matter.store.read("identities")
        facts["true"] = [
            once.get((row.scope, row.normal)) if row.kind == "name" else by_address.get(row.normal)
            for row in facts.itertuples()
        ]
        return facts.dropna(subset=["true"])

    def b_cubed(self) -> tuple[float, float, float]:
        """B-cubed precision, recall and F1 of persons over handles."""
        return b_cubed(self.people())

    def merged_custodians(self) -> list[tuple[str, ...]]:
        """Custodians found to be one person."""
        rows = self.people()
        rows = rows[rows["true"].str.fullmatch(r"C\d+")]
        groups = rows.groupby("person_id")["true"].agg(lambda values: tuple(sorted(set(values))))
        return [one for one in groups if len(one) > 1]


def b_cubed(rows: pd.DataFrame) -> tuple[float, float, float]:
    """B-cubed precision, recall and F1 (Bagga and Baldwin 1998) of `person_id` against `true`, a row per handle."""
    both = rows.groupby(["person_id", "true"])["identity_id"].transform("size")
    precision = float((both / rows.groupby("person_id")["identity_id"].transform("size")).mean())
    recall = float((both / rows.groupby("true")["identity_id"].transform("size")).mean())
    return precision, recall, 2 * precision * recall / (precision + recall)


def share(part: int, whole: int) -> float:
    """`part` of `whole`; 1 of nothing."""
    return part / whole if whole else 1.0


def _pairs(frame: pd.DataFrame, key: str, value: str) -> dict[str, str]:
    return dict(zip(frame[key], frame[value], strict=True))
