"""Processes that can be killed: each piece of hostile work runs in one, with a limit on memory and on time.

A child takes one call after the other, so that a hundred thousand small
files cost no hundred thousand processes. A call that crashes, hangs or overeats ends its child and fails alone.
"""

from __future__ import annotations

import importlib
import os
import resource
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from multiprocessing import Pipe
from multiprocessing.connection import Connection, wait
from typing import Any

from analysis.errors import AnalysisError

MEMORY_BYTES = 4 << 30  # data of one child: four times what the largest file should need
BASE_S, PER_BYTE_S = 120.0, 5e-6  # a reader takes some 0.02 us a byte: slower than 0.2 MB/s is a hang


@dataclass(frozen=True)
class Call:
    """A pure function of a module, its arguments, and the seconds it may take."""

    function: Callable[..., Any]
    arguments: tuple[Any, ...]
    seconds: float

    @property
    def name(self) -> tuple[str, str]:
        """Module and name, by which the child finds the function."""
        return self.function.__module__, self.function.__qualname__


@dataclass(frozen=True)
class Outcome:
    """What became of a call: its result, or the reason there is none."""

    result: Any = None
    failure: str = ""


@dataclass(eq=False)
class _Child:
    memory: int
    process: subprocess.Popen[bytes] = field(init=False)
    pipe: Connection = field(init=False)
    place: int = -1
    deadline: float = 0.0

    def __post_init__(self) -> None:
        self.pipe, theirs = Pipe()
        start = "from analysis.intake.worker import main; main()"
        paths = os.pathsep.join(path for path in sys.path if path)
        self.process = subprocess.Popen(  # noqa: S603 - our own module, no shell
            [sys.executable, "-c", start, str(theirs.fileno()), str(self.memory)],
            pass_fds=[theirs.fileno()], stdin=subprocess.DEVNULL, env={**os.environ, "PYTHONPATH": paths},
        )  # fmt: skip
        theirs.close()

    def end(self) -> int:
        """Kill the process if it lives; returns how it ended."""
        self.pipe.close()
        self.process.kill()
        return self.process.wait()


class Workers:
    """Up to `jobs` children, started when needed and ended with the `with` block."""

    def __init__(self, jobs: int = 1, memory: int = MEMORY_BYTES) -> None:
        self.jobs = max(1, jobs)
        self.memory = memory
        self._children: list[_Child] = []

    def __enter__(self) -> Workers:
        return self

    def __exit__(self, *_: object) -> None:
        for child in self._children:
            child.end()
        self._children.clear()

    def outcomes(self, calls: Sequence[Call]) -> Iterator[tuple[int, Outcome]]:
        """Run the calls; yields (place of the call, outcome) as they end."""
        waiting, busy = list(reversed(range(len(calls)))), list[_Child]()
        while waiting or busy:
            while waiting and len(busy) < self.jobs:
                busy.append(_started(self._free(busy), waiting.pop(), calls))
            for child in _ready(busy):
                busy.remove(child)
                outcome = _outcome(child)
                if child.pipe.closed:
                    self._children.remove(child)
                yield child.place, outcome

    def _free(self, busy: list[_Child]) -> _Child:
        idle = [child for child in self._children if child not in busy]
        if not idle:
            idle = [_Child(self.memory)]
            self._children += idle
        return idle[0]


def _started(child: _Child, place: int, calls: Sequence[Call]) -> _Child:
    call = calls[place]
    child.place, child.deadline = place, time.monotonic() + call.seconds
    try:
        child.pipe.send((call.name, call.arguments))
    except (BrokenPipeError, ConnectionResetError):
        child.deadline = 0.0  # it died between two calls: told as a crash of this one
    return child


def _ready(children: list[_Child]) -> list[_Child]:
    """Children that answered, died or ran out of time; at least one."""
    while True:
        now = time.monotonic()
        late = [child for child in children if child.deadline <= now]
        pause = 0.0 if late else min(child.deadline for child in children) - now
        spoken = wait([child.pipe for child in children], max(0.0, pause))
        if found := [child for child in children if child.pipe in spoken or child in late]:
            return found


def _outcome(child: _Child) -> Outcome:
    try:
        if child.pipe.poll():
            result, failure = child.pipe.recv()
            return Outcome(result, failure)
    except (EOFError, OSError):
        code = child.end()
        return Outcome(failure=f"the reader crashed (the process ended with {code}) and was isolated")
    child.end()
    return Outcome(failure="the reader took longer than its limit and was stopped")


def _answer(name: tuple[str, str], arguments: tuple[Any, ...]) -> tuple[Any, str]:
    """Run one call inside the child; what it raises becomes the reason, without any text of the evidence."""
    try:
        return getattr(importlib.import_module(name[0]), name[1])(*arguments), ""
    except AnalysisError as error:
        return None, str(error)
    except OSError as error:
        return None, f"the file cannot be opened or read: {error.strerror or type(error).__name__}"
    except MemoryError:
        return None, "the reader needed more memory than its limit and was stopped"
    except Exception as error:  # noqa: BLE001 - the boundary: a reader's fault is this source's fate alone
        place = error.__traceback__
        while place and place.tb_next:
            place = place.tb_next
        where = f"{os.path.basename(place.tb_frame.f_code.co_filename)}:{place.tb_lineno}" if place else "?"  # noqa: PTH119
        return None, f"the reader failed ({type(error).__name__} at {where}); the file may be damaged"


def _limit(memory: int) -> None:
    for kind, value in ((resource.RLIMIT_DATA, memory), (resource.RLIMIT_CORE, 0)):
        try:
            resource.setrlimit(kind, (value, value))
        except (ValueError, OSError):  # a system that does not let it be set: time is still limited
            continue


def main() -> None:
    """The child: limits itself, then answers calls until the pipe closes."""
    pipe = Connection(int(sys.argv[1]))
    os.dup2(2, 1)  # nothing a reader prints may disturb anybody
    _limit(int(sys.argv[2]))
    while True:
        try:
            name, arguments = pipe.recv()
        except EOFError:
            return
        pipe.send(_answer(name, arguments))
