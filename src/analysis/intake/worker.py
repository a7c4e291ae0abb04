"""Processes that can be killed: each piece of hostile work runs in one, with a limit on memory and on time.

A child takes one call after the other, so that a hundred thousand small
files cost no hundred thousand processes. A call that crashes, hangs or overeats ends its child and fails alone.
"""

from __future__ import annotations

import atexit
import gc
import importlib
import os
import resource
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cache
from multiprocessing import Pipe
from multiprocessing.connection import Connection, wait
from typing import Any

import pyarrow as pa

from analysis.errors import AnalysisError, EngineError

MEMORY_BYTES = 4 << 30  # data of one child: four times what the largest file should need
NEW_OBJECTS = 20_000  # before the collector looks through them; Python's own 700 are a few mails
_PID_BYTES = 8
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


class _Nursery:
    """One process that has imported everything and forks children in milliseconds; it runs nothing itself.

    Not multiprocessing's fork server, which would run the caller's main script again in each child.
    """

    def __init__(self) -> None:
        self.socket, theirs = socket.socketpair()
        start = "from analysis.intake.worker import nurse; nurse()"
        paths = os.pathsep.join(path for path in sys.path if path)
        self.process = subprocess.Popen(  # noqa: S603 - our own module, no shell
            [sys.executable, "-c", start, str(theirs.fileno())],
            pass_fds=[theirs.fileno()], stdin=subprocess.DEVNULL, env={**os.environ, "PYTHONPATH": paths},
        )  # fmt: skip
        theirs.close()
        atexit.register(self.close)

    def child(self) -> tuple[Connection, int]:
        """A new child: the pipe to it, and its process id."""
        ours, theirs = Pipe()
        socket.send_fds(self.socket, [b"+"], [theirs.fileno()])
        theirs.close()
        if not (answer := self.socket.recv(_PID_BYTES)):
            raise EngineError("no worker process could be started; see the messages above and run again")
        return ours, int.from_bytes(answer, "big")

    def close(self) -> None:
        """End it; it has no child that still works."""
        self.socket.close()
        self.process.wait()


_nursery = cache(_Nursery)


@dataclass(eq=False)
class _Child:
    memory: int
    pipe: Connection = field(init=False)
    pid: int = field(init=False)
    place: int = -1
    deadline: float = 0.0

    def __post_init__(self) -> None:
        self.pipe, self.pid = _nursery().child()
        self.pipe.send((sys.path, self.memory))

    def end(self, kill: bool = False) -> None:
        """Let it go: a child ends when its pipe closes; one that hangs is killed."""
        self.pipe.close()
        if kill:
            os.kill(self.pid, signal.SIGKILL)


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
        child.end()
        return Outcome(failure="the reader crashed, its process with it; all other files were read without it")
    child.end(kill=True)
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


def frugal() -> None:
    """Let Arrow allocate through jemalloc where it is built in: a fifth less time and memory on large databases.

    What start-up made is never garbage, and little of what readers make is: looking through it again and again costs a
    reader of many rows a tenth, and as much again.
    """
    gc.freeze()
    gc.set_threshold(NEW_OBJECTS, *gc.get_threshold()[1:])
    if "jemalloc" in pa.supported_memory_backends():
        pa.set_memory_pool(pa.jemalloc_memory_pool())


def nurse() -> None:
    """The nursery: forks a child for each pipe it is sent, until its own closes."""
    frugal()
    line = socket.socket(fileno=int(sys.argv[1]))
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    os.dup2(2, 1)  # nothing a reader prints may disturb anybody
    while True:
        word, handles, *_ = socket.recv_fds(line, 1, 1)
        if not word:
            return
        pid = os.fork()
        if not pid:
            line.close()
            _serve(Connection(handles[0]))
            os._exit(0)
        os.close(handles[0])
        line.send(pid.to_bytes(_PID_BYTES, "big"))


def _serve(pipe: Connection) -> None:
    """The child: limits itself, then answers calls until the pipe closes."""
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    try:
        sys.path[:], memory = pipe.recv()
        _limit(memory)
        while True:
            name, arguments = pipe.recv()
            pipe.send(_answer(name, arguments))
    except (EOFError, OSError):  # nobody is listening any more
        return
