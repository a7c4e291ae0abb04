"""Review by people: which messages they read, how their decisions come back, what may be said while they read."""

from analysis.review import people, stopping
from analysis.review.population import hidden, kept, population, unmask
from analysis.review.returns import Applied, apply
from analysis.review.sheets import batch
from analysis.review.widget import widget

__all__ = ["Applied", "apply", "batch", "hidden", "kept", "people", "population", "stopping", "unmask", "widget"]
