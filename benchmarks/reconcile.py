"""People and reconciliation against planted truth: `python -m benchmarks reconcile [SEED:MESSAGES...]`."""

import sys
from pathlib import Path
from tempfile import TemporaryDirectory

TESTS = Path(__file__).parents[1] / "tests"
SEEDS = ("7:3000", "21:5000", "99:8000")


def main(arguments: list[str]) -> None:
    """Print the bars of each generated matter; everything is written below a temporary folder."""
    sys.path[:0] = [str(TESTS), str(TESTS / "planted")]
    from scores import Scores, share

    from analysis import sample
    from analysis.pipeline import open_matter

    print("seed messages | pairs P R | clocks wrong | absent P R | recipients | people P R F1 | custodians merged")
    for given in arguments or SEEDS:
        seed, _, messages = given.partition(":")
        with TemporaryDirectory() as place:
            folder = Path(place) / "matter"
            sample.write(folder, messages=int(messages or 3000), seed=int(seed))
            scores = Scores(open_matter(folder, out=Path(place) / "out"))
            said, planted = scores.absent()
            both = len(said & planted)
            people = " ".join(f"{value:.4f}" for value in scores.b_cubed())
            print(
                f"{seed} {messages} | {scores.pairing()[0]:.5f} {scores.pairing()[1]:.5f} | {len(scores.clocks())} | "
                f"{share(both, len(said)):.4f} {share(both, len(planted)):.4f} of {len(planted)} | "
                f"{scores.recipients().mean():.5f} | {people} | {len(scores.merged_custodians())}",
                flush=True,
            )
