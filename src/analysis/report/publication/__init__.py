"""The publication edition: pseudonyms for people, masked personal data, small counts suppressed, and proof of it.

It is made from the findings alone, not from the internal pages: what is not taken over cannot leak. Then every file of
it is searched for everything withheld; one hit and there is no edition.
"""

from analysis.report.publication.edition import publish
from analysis.report.publication.proof import Hit, search
from analysis.report.publication.standing import FOLDER, stands

__all__ = ["FOLDER", "Hit", "publish", "search", "stands"]
