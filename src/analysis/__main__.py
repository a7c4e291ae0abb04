"""The command line: `offchannel` and `python -m analysis`. Exit 0 done, 1 evidence or a check failed, 2 wrong usage."""

from __future__ import annotations

import argparse
import logging
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

import analysis
from analysis.errors import AnalysisError, ParameterError
from analysis.matter import DEFAULT_OUT, Matter
from analysis.progress import Reporter

DONE, FAILED, USAGE = 0, 1, 2
FORMATS = ("rsmf", "dat", "gexf", "graphml", "xlsx", "case", "ftm")


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; returns the exit code."""
    chosen = _parser().parse_args(arguments)
    logging.basicConfig(
        level=logging.INFO if chosen.verbose else logging.WARNING, format="%(levelname)s %(name)s: %(message)s"
    )
    command: Callable[[argparse.Namespace], int] = chosen.command
    try:
        return command(chosen)
    except AnalysisError as error:
        print(f"offchannel: {error}", file=sys.stderr)
        return USAGE if isinstance(error, ParameterError) else FAILED
    except OSError as error:
        print(f"offchannel: {error.strerror} ({error.filename}): free or choose another place, and run again",
              file=sys.stderr)  # fmt: skip
        return FAILED


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="offchannel", description="From raw exports of private channels to findings that open their evidence."
    )
    parser.add_argument("--version", action="version", version=f"offchannel {analysis.__version__}")
    parser.add_argument("--verbose", action="store_true", help="log ids and counts of each step")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    parts = (_add_run, _add_intake, _add_verify, _add_init, _add_export, _add_sample, _add_review, _add_tables)
    for add in parts:
        add(commands)
    return parser


def _add(
    commands: argparse._SubParsersAction[argparse.ArgumentParser],
    name: str,
    does: str,
    command: Callable[[argparse.Namespace], int],
) -> argparse.ArgumentParser:
    parser = commands.add_parser(name, help=does, description=does)
    parser.set_defaults(command=command)
    return parser


def _add_matter(parser: argparse.ArgumentParser, out: str = "where the results are: DIR/<matter id>/") -> None:
    parser.add_argument("matter", type=Path, metavar="MATTER", help="the matter's folder")
    parser.add_argument("--out", default=DEFAULT_OUT, metavar="DIR", help=out)


def _add_made(parser: argparse.ArgumentParser) -> None:
    _add_matter(parser, "results go to DIR/<matter id>/ (default: reports)")
    parser.add_argument("--jobs", type=_jobs, default=1, metavar="N", help="worker processes (default: 1)")


def _jobs(text: str) -> int:
    if not text.isdigit() or not 1 <= int(text) <= 256:
        raise argparse.ArgumentTypeError(f"{text!r} is not a number of processes from 1 to 256")
    return int(text)


def _add_run(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    parser = _add(
        commands, "run", "the main job: tables, all notebooks, HTML, manifest; resumes where it stopped", _run
    )
    _add_made(parser)
    parser.add_argument("--only", nargs="+", default=[], metavar="NN", help="only these notebooks, by number or name")
    parser.add_argument("-p", dest="parameters", action="append", default=[], metavar="name=value",
                        help="a notebook parameter, as text; may be repeated")  # fmt: skip
    parser.add_argument("--edition", choices=("internal", "publication"), default="internal",
                        help="publication: also the redacted edition, proven clean, in publication/")  # fmt: skip
    parser.add_argument(
        "--engine", choices=("duckdb", "spark", "sail"), default="", help="query engine (default: duckdb)"
    )


def _run(chosen: argparse.Namespace) -> int:
    parameters = _pairs(chosen.parameters)
    matter = Matter.open(chosen.matter, out=chosen.out, engine=chosen.engine)
    from analysis import report

    print(report.run(matter, chosen.only, parameters, chosen.jobs, Reporter(), edition=chosen.edition))
    return _custody(matter)


def _pairs(written: Sequence[str]) -> dict[str, str]:
    pairs = dict(text.split("=", 1) for text in written if "=" in text)
    for text in written:
        if "=" not in text:
            raise ParameterError(f"-p {text} has no '='; write -p name=value")
    return pairs


def _custody(matter: Matter) -> int:
    """Say which files are not what `sources.csv` declares; such a run has failed its check of custody."""
    sources = matter.store.read("sources", ["path", "custody", "reason"])
    wrong = sources[sources["custody"] == "mismatch"]
    for row in wrong.itertuples():
        print(
            f"offchannel: custody: {row.path} is not the file declared in sources.csv; ask who holds the original",
            file=sys.stderr,
        )
    return FAILED if len(wrong) else DONE


def _add_intake(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    does = "tables only: reads the evidence, resolves people, reconciles copies"
    _add_made(_add(commands, "intake", does, _intake))


def _intake(chosen: argparse.Namespace) -> int:
    from analysis.pipeline import make_tables

    matter = Matter.open(chosen.matter, out=chosen.out)
    make_tables(matter, jobs=chosen.jobs, progress=Reporter())
    for name in matter.store.hashes():
        print(f"{name}: {matter.store.count(name):,} rows")
    print(matter.store.folder)
    return _custody(matter)


def _add_verify(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    parser = _add(
        commands, "verify", "hashes evidence, tables and reports again; derives every finding's number again", _verify
    )
    _add_matter(parser)
    parser.add_argument("--again", action="store_true", help="also run every notebook again and compare each number")


def _verify(chosen: argparse.Namespace) -> int:
    from analysis import report

    matter = Matter.open(chosen.matter, out=chosen.out)
    problems = report.verify(matter, again=chosen.again)
    for problem in problems:
        print(f"offchannel: {problem}", file=sys.stderr)
    agreed = f"verified: evidence, tables, reports and findings of {matter.id} agree"
    print(f"{len(problems)} problems" if problems else agreed)
    return FAILED if problems else DONE


def _add_init(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    parser = _add(commands, "init", "drafts matter.toml and the registers from a folder of exports", _init)
    parser.add_argument(
        "folder", type=Path, metavar="DIR", help="folder that holds the exports, or evidence/ with them"
    )


def _init(chosen: argparse.Namespace) -> int:
    from analysis.draft import draft

    for path in draft(chosen.folder):
        print(path)
    return DONE


def _add_export(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    parser = _add(commands, "export", "writes the matter in a format of other tools", _export)
    _add_matter(parser, "files go to DIR/<matter id>/export/<format>/")
    parser.add_argument("--to", required=True, choices=FORMATS, help="the format")


def _export(chosen: argparse.Namespace) -> int:
    from analysis import exchange

    written = exchange.export(Matter.open(chosen.matter, out=chosen.out), chosen.to)
    print(f"{len(written):,} files in {written[0].parent}" if written else "nothing to export")
    return DONE


def _add_sample(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    parser = _add(commands, "sample", "writes an invented matter with its planted truth, at any size", _sample)
    parser.add_argument("folder", type=Path, metavar="DIR")
    parser.add_argument(
        "--messages", type=int, default=8000, metavar="N", help="about how many messages (default: 8000)"
    )
    parser.add_argument("--judged", action="store_true", help="two invented coders judge a part of it; takes longer")
    parser.add_argument("--seed", type=int, default=1, metavar="S", help="another seed, another matter (default: 1)")


def _sample(chosen: argparse.Namespace) -> int:
    from analysis import sample

    sample.write(chosen.folder, messages=chosen.messages, seed=chosen.seed, progress=Reporter())
    if chosen.judged:
        from analysis.sample import judgements

        judgements.write(chosen.folder)
    print(chosen.folder)
    return DONE


def _add_review(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    parser = _add(commands, "review", "review batches for human coding, and their return", _review)
    _add_matter(parser)
    act = parser.add_mutually_exclusive_group(required=True)
    act.add_argument("--batch", type=int, metavar="N", help="draw N messages; writes XLSX and CSV under review/")
    act.add_argument("--apply", type=Path, metavar="FILE", help="check a coded sheet and append it to judgements/")
    act.add_argument("--unmask", nargs="+", metavar="ID", help="show hidden personal messages from now on; recorded")
    parser.add_argument(
        "--design", default="stratified", choices=("stratified", "random", "control", "uncertainty", "active"),
        help="how a batch is drawn; only the first three are a basis for estimates, and control ones teach no model "
        "(default: stratified)",
    )  # fmt: skip
    parser.add_argument("--people", action="store_true", help="about who is who, in place of messages")
    parser.add_argument("--coder", default="", metavar="NAME", help="who signs rows of the sheet without a coder")
    parser.add_argument("--why", default="", metavar="TEXT", help="the reason for unmasking")


def _review(chosen: argparse.Namespace) -> int:
    from analysis import review
    from analysis.pipeline import open_matter

    matter = open_matter(chosen.matter, out=chosen.out)
    if chosen.people and chosen.apply:
        print(f"{review.people.apply(matter, chosen.apply, chosen.coder)} judgements appended to judgements/")
    elif chosen.apply:
        print(review.apply(matter, chosen.apply, chosen.coder))
    elif chosen.unmask:
        n = review.unmask(matter, chosen.unmask, chosen.coder, chosen.why)
        print(f"{n} messages unmasked, recorded in judgements/")
    else:
        drawn = review.people.batch(matter, chosen.batch) if chosen.people else None
        for path in drawn or review.batch(matter, chosen.batch, chosen.design):
            print(path)
    return DONE


def _add_tables(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    parser = _add(commands, "tables", "prints the data dictionary", _tables)
    parser.add_argument("--formats", action="store_true", help="instead: what can be read, as docs/formats.md has it")


def _tables(chosen: argparse.Namespace) -> int:
    if chosen.formats:
        from analysis.intake import READERS, formats

        print(formats.page(READERS), end="")
        return DONE
    from analysis.tables import dictionary

    print(dictionary())
    return DONE


if __name__ == "__main__":
    sys.exit(main())
