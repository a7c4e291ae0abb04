"""The official record: what of the private messages reached it, the requests, the policy and the controls."""

from __future__ import annotations

from analysis.records.captures import captures
from analysis.records.files import texts

__all__ = ["captures", "texts"]
