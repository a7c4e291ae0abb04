"""Studies: one question a module, pure functions on the small frames that relations give."""

from analysis.studies import completeness, contacts, custody, extent, intervals, loss, volume

__all__ = ["completeness", "contacts", "custody", "extent", "intervals", "loss", "volume"]
