"""Review by people: which messages they read, how their decisions come back, what may be said while they read."""

from analysis.review.population import hidden, population, unmask
from analysis.review.returns import Applied, apply
from analysis.review.sheets import batch

__all__ = ["Applied", "apply", "batch", "hidden", "population", "unmask"]
