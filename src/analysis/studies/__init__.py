"""Studies: one question a module, pure functions on the small frames that relations give."""

from analysis.studies import (
    coding,
    completeness,
    contacts,
    extent,
    intervals,
    loss,
    prevalence,
    recall,
    stopping,
    volume,
)

__all__ = [
    "coding",
    "completeness",
    "contacts",
    "extent",
    "intervals",
    "loss",
    "prevalence",
    "recall",
    "stopping",
    "volume",
]
