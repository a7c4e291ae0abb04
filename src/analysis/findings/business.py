"""How much of what crossed private channels is official business, and how far the labels can be relied on."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from analysis import relations
from analysis.findings import standards
from analysis.findings.ledger import Finding
from analysis.findings.recording import covered, levels, seen
from analysis.studies import prevalence, recall, recording
from analysis.studies.intervals import Interval

if TYPE_CHECKING:
    from analysis.matter import Matter

LITTLE, MUCH = 0.05, 0.5
"""Share of official business on private channels that counts as little (`business_little`), and as most of it
(`business_much`): our levels, not a regulator's."""
RELIABLE, USABLE = 0.9, 0.7
"""Recall of the labels, its lower bound: met from the first (`business_recall`), partly from the second
(`business_recall_some`)."""
CODED = "A random sample of what was handed over, coded by people who may err. "


def official_business(matter: Matter) -> list[Finding]:
    """F1.business: the share of messages from or to private accounts that is official business."""
    said = relations.business(matter)
    said, coded = said[said["private"] == 1], recall.drawn(relations.coded(matter))
    coded = coded[coded["private"] == 1]
    of, scope = int(said["n_messages"].sum()), matter.scope
    fewest = matter.standard("coded_least", recall.LEAST)
    known = len(coded) >= fewest and of > 0
    found = prevalence.Prevalence(float("nan"), float("nan"), float("nan"), len(coded))
    if known:
        mean = float(said["score_sum"].sum()) / of
        found = prevalence.prediction_powered(mean, coded, scope.level, scope.resamples)
    little, much = matter.standard("business_little", LITTLE), matter.standard("business_much", MUCH)
    statement = (
        f"About {found.value:.0%} of {of:,} messages from or to private accounts of custodians are official business."
        if known
        else f"Cannot tell: {len(coded)} random messages of private accounts are coded; {fewest:g} are needed."
    )
    return [Finding(
        "F1.business", "Official business on private accounts",
        "How much of what went from or to private accounts of custodians is official business?", statement,
        value=found.value if known else None, unit="share", n=round(found.value * of) if known else None,
        of=of if known else None, **standards.ends(Interval(found.low, found.high, scope.level)),
        method="Mean score of the business model over all messages, corrected by what a coded random sample shows it "
        f"gets wrong (prediction-powered, {len(coded)} coded messages); interval over conversations.",
        outcome=standards.outcome(found.high < little, found.low < much, known), provision=standards.HELD,
        evidence=tuple(coded[coded["truth"] == 1].message_id) if known else (),
        standard=f"Met when the whole interval is under {little:.0%}, above {much:.0%} not met, else partly.",
        limits=CODED + standards.SELECTIVE + "Use of a private account is lawful in itself.",
    )]  # fmt: skip


def labels_checked(matter: Matter) -> list[Finding]:
    """F1.labels: how much of the official business the labels find, by a coded sample."""
    coded, scope = relations.coded(matter), matter.scope
    fewest, rows = matter.standard("coded_least", recall.LEAST), recall.drawn(coded)
    least = recall.least(coded, scope.level, fewest)
    table = recall.estimates(coded, scope.level, scope.resamples, fewest).set_index("measure")
    known = least == least
    n, of = int((rows["truth"] * rows["said"]).sum()), int(rows["truth"].sum())
    reliable, usable = matter.standard("business_recall", RELIABLE), matter.standard("business_recall_some", USABLE)
    return [Finding(
        "F1.labels", "What the business labels find",
        "How much of the official business do the labels find, and what did they miss?",
        recall.sentence(coded, scope.level, fewest),
        value=float(table.value["recall"]) if known else None, unit="share", n=n if known else None,
        of=of if known else None, low=least if known else None, high=float(table.high["recall"]) if known else None,
        level=scope.level if known else None,
        method=f"{len(rows)} randomly drawn coded messages, weighted by their chance to be drawn. Lower end: exact "
        "bounds (Clopper-Pearson) of each stratum taken together; upper end: bootstrap over conversations.",
        outcome=standards.outcome(known and least >= reliable, known and least >= usable, known),
        provision=standards.HELD, evidence=missed(rows),
        standard=f"Met when the lower end is at least {reliable:.0%}, partly from {usable:.0%}: the matter's levels.",
        limits=CODED + "The judged messages have taught the labels too: each is scored by a model that did not see its "
        "thread. Coders who share an error hide it.",
    )]  # fmt: skip


def recorded(matter: Matter) -> list[Finding]:
    """F3.labels: the share of private business that reached the record, freed of the errors of the labels."""
    rows, scope = recording.findable(relations.recording(matter)), matter.scope
    coded = recall.drawn(relations.coded(matter)).merge(rows[["message_id", "held"]], on="message_id")
    known = len(coded) >= matter.standard("coded_least", recall.LEAST)
    found, of = prevalence.Prevalence(float("nan"), float("nan"), float("nan"), len(coded)), None
    if known:
        mean = float(rows["score"].mean())
        found = prevalence.part_powered(
            float((rows["score"] * rows["held"]).mean()), mean, coded, scope.level, scope.resamples
        )
        of = round(prevalence.prediction_powered(mean, coded, scope.level, scope.resamples).value * len(rows))
    enough, some = levels(matter)
    held = covered(matter)
    statement = (
        f"Corrected for errors of the labels, about {found.value:.1%} of some {of:,} messages of official business on "
        "private channels stand word for word in a later official item."
        if known
        else f"Cannot tell: {len(coded)} random messages of private channels are coded."
    )
    return [Finding(
        "F3.labels", "Official business that reached the record, corrected for errors of the labels",
        "What part of the official business on private channels reached the record, when the labels err?", statement,
        value=found.value if known else None, unit="share", n=round(found.value * of) if of else None, of=of,
        **standards.ends(Interval(found.low, found.high, scope.level)),
        method=f"Messages without official account, long enough to be found. Both counts corrected by {len(coded)} "
        "coded messages drawn at random (prediction-powered); the interval is of their errors alone, by conversation.",
        outcome=standards.outcome(found.low >= enough, found.high >= some, known and held), provision=standards.HELD,
        evidence=tuple(coded[(coded["truth"] == 1) & (coded["held"] == 0)].message_id) if known else (),
        standard=f"Shares from {enough:.0%} count as met, under {some:.0%} as not met, both with the whole interval.",
        limits=f"{CODED}{seen(matter):.0%} of the custodians' official accounts are held. {standards.SELECTIVE}",
    )]  # fmt: skip


def missed(rows: pd.DataFrame) -> tuple[str, ...]:
    """Coded messages that people call business and the model does not."""
    return tuple(rows[(rows["truth"] > 0.5) & ~rows["said"].astype(bool)].message_id)
