"""Studies: one question a module, pure functions on the small frames that relations give."""

from analysis.studies import (
    brokers,
    clustering,
    communities,
    completeness,
    contacts,
    encounters,
    extent,
    intervals,
    layout,
    loss,
    network,
    volume,
)

__all__ = [
    "brokers",
    "clustering",
    "communities",
    "completeness",
    "contacts",
    "encounters",
    "extent",
    "intervals",
    "layout",
    "loss",
    "network",
    "volume",
]
