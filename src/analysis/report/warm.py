"""Imported once by the process that every notebook process is forked from: what all of them would import anyway."""

import os

from analysis.report.executed import SETTINGS

os.environ.update(SETTINGS)  # before numpy counts the cores

import nbformat  # noqa: F401
import papermill.execute  # noqa: F401
