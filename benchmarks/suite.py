"""The suite of notebooks to HTML: ours beside papermill's own API in one process, and both command lines in a loop.

Each mode works in a copy of one folder with finished tables, so only notebooks and pages are measured; CPU seconds are
those of the mode's process and everything it started.
"""

import resource
import shutil
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

ROOT = Path(__file__).parents[1]
BARS = {"papermill": 0.6, "command lines": 0.26}  # what ours may cost of each
OURS = """
import sys
from pathlib import Path
from analysis.pipeline import open_matter
from analysis.report import render, runner
matter = open_matter(sys.argv[1], out=sys.argv[2])
for page in runner.run_notebooks(matter, (), {}, int(sys.argv[3])):
    Path(page.executed).with_suffix(".html").write_text(str(render.body(page.executed)), encoding="utf-8")
"""
PAPERMILL = """
import sys
from pathlib import Path
import papermill
from nbconvert import HTMLExporter
exporter = HTMLExporter()
for source in sorted(Path("notebooks").glob("[0-9]*.ipynb")):
    made = Path(sys.argv[2]) / source.name
    papermill.execute_notebook(source, made, {"matter": sys.argv[1], "out": sys.argv[2]}, progress_bar=False)
    made.with_suffix(".html").write_text(exporter.from_filename(str(made))[0], encoding="utf-8")
"""


def commands(matter: str, out: str) -> dict[str, list[list[str]]]:
    """What each mode runs, one command after the other."""
    scripts, loop = Path(sys.executable).parent, []
    for source in sorted((ROOT / "notebooks").glob("[0-9]*.ipynb")):
        made = f"{out}/{source.name}"
        loop.append([f"{scripts}/papermill", str(source), made, "-r", "matter", matter, "-r", "out", out])
        loop.append([f"{scripts}/jupyter", "nbconvert", "--to", "html", made])
    return {
        "ours": [[sys.executable, "-c", OURS, matter, out, "1"]],
        "papermill": [[sys.executable, "-c", PAPERMILL, matter, out]],
        "command lines": loop,
    }


def main(arguments: list[str]) -> None:
    """`[MATTER]`: the folder of a matter, the sample by default; its tables are made first."""
    matter = str(Path(arguments[0] if arguments else ROOT / "data" / "sample").resolve())
    spent = {}
    with TemporaryDirectory() as place:
        made = Path(place) / "made"
        code = "import sys; from analysis import open_matter; open_matter(sys.argv[1], out=sys.argv[2])"
        subprocess.run([sys.executable, "-c", code, matter, str(made)], check=True, capture_output=True)
        for mode in BARS | {"ours": 1.0}:
            out = Path(place) / mode.replace(" ", "-")
            shutil.copytree(made, out)
            before = resource.getrusage(resource.RUSAGE_CHILDREN)
            for command in commands(matter, str(out))[mode]:
                subprocess.run(command, check=True, capture_output=True, cwd=ROOT)
            after = resource.getrusage(resource.RUSAGE_CHILDREN)
            spent[mode] = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
            print(f"{mode:15s} {spent[mode]:7.1f} CPU-s", flush=True)
    for mode, bar in BARS.items():
        share = spent["ours"] / spent[mode]
        print(f"bar: at most {bar}x {mode}: {share:.2f}x, {'met' if share <= bar else 'MISSED'}")
