"""Studies: one question a module, pure functions on the small frames that relations give."""

from analysis.studies import completeness, contacts, extent, intervals, loss, sensitivity, volume

__all__ = ["completeness", "contacts", "extent", "intervals", "loss", "sensitivity", "volume"]
