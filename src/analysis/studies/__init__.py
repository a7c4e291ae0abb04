"""Studies: one question a module, pure functions on the small frames that relations give."""

from analysis.studies import (
    completeness,
    contacts,
    controls,
    extent,
    intervals,
    loss,
    measures,
    outsiders,
    policy,
    requests,
    statements,
    volume,
)

__all__ = [
    "completeness",
    "contacts",
    "controls",
    "extent",
    "intervals",
    "loss",
    "measures",
    "outsiders",
    "policy",
    "requests",
    "statements",
    "volume",
]
