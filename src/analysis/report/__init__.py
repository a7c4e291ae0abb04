"""The report: notebooks run, pages rendered, a site with a way back to the evidence, a manifest, and its verification.

The only package that imports papermill, nbconvert, nbformat and nbclient, and only inside the functions that need them.
All of these import nbformat, which imports jsonschema, which compiles a Lark grammar (2.6 s of every process) when the
optional package `rfc3987_syntax` happens to be installed, for a check of addresses that notebooks do not have. Naming
that package as absent, here, before anything of this package is imported, saves it; jsonschema works without.
"""

from __future__ import annotations

import sys

sys.modules.setdefault("rfc3987_syntax", None)  # type: ignore[arg-type]

from analysis.report.notebooks import Notebook, Page, notebook_folder, notebooks  # noqa: E402
from analysis.report.run import run  # noqa: E402
from analysis.report.runner import run_notebooks  # noqa: E402
from analysis.report.verify import Problem, verify  # noqa: E402

__all__ = ["Notebook", "Page", "Problem", "notebook_folder", "notebooks", "run", "run_notebooks", "verify"]
