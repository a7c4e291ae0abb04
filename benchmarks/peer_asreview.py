"""ASReview's default model over a labelled collection: a job on stdin, orders and CPU seconds on stdout."""

import json
import sys
import time

import pandas as pd
from asreview.learner import ActiveLearningCycle
from asreview.models.models import get_ai_config
from asreview.simulation.simulate import Simulate


def main() -> None:
    job, runs = json.load(sys.stdin), []
    for first in job["first"]:
        texts = pd.DataFrame({"title": [""] * len(job["texts"]), "abstract": job["texts"]})
        began = time.process_time()
        cycle = ActiveLearningCycle.from_meta(get_ai_config()["value"])
        made = Simulate(texts, job["labels"], [cycle], stopper=-1, print_progress=False)
        made.label(first)
        made.review()
        runs.append((made._results["record_id"].tolist(), time.process_time() - began))
    json.dump(runs, sys.stdout)


main()
