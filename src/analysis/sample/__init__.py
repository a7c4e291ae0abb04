"""The invented matter, at any size, with its planted truth. Nothing in it is real."""

from analysis.sample.scribe import write

__all__ = ["write"]
