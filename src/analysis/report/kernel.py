"""A kernel that is forked, not started: the process exists before papermill asks for it, with everything imported.

It is an ordinary IPython kernel over ZeroMQ, and each notebook gets its own; only its way of coming into being differs.
"""

from __future__ import annotations

import logging
import os
import signal
import sys
from typing import Any, cast

FORKS = sys.platform.startswith("linux")  # elsewhere system libraries do not survive a fork: kernels are started


class Spare:
    """A forked process that waits to be told its connection file, with the part of `Popen` that Jupyter uses."""

    stdin = stdout = stderr = None

    def __init__(self) -> None:
        self.returncode: int | None = None
        told, self._tell = os.pipe()
        parent = os.getpid()
        self.pid = os.fork()
        if not self.pid:
            os.close(self._tell)
            _become_kernel(told, parent)
        os.close(told)

    def start(self, connection_file: str) -> None:
        """Become the kernel of this connection."""
        os.write(self._tell, connection_file.encode())
        self.close()

    def close(self) -> None:
        """Without a connection file the process ends."""
        if self._tell >= 0:
            os.close(self._tell)
        self._tell = -1

    def poll(self) -> int | None:
        """Exit status, None while it runs."""
        if self.returncode is None:
            child, status = os.waitpid(self.pid, os.WNOHANG)
            self.returncode = os.waitstatus_to_exitcode(status) if child else None
        return self.returncode

    def wait(self) -> int:
        """Exit status, once it has ended."""
        if self.returncode is None:
            self.returncode = os.waitstatus_to_exitcode(os.waitpid(self.pid, 0)[1])
        return self.returncode

    def send_signal(self, number: int) -> None:
        """Send a signal, if it still runs."""
        if self.poll() is None:
            os.kill(self.pid, number)

    def terminate(self) -> None:
        """Ask it to end."""
        self.send_signal(signal.SIGTERM)

    def kill(self) -> None:
        """End it."""
        self.send_signal(signal.SIGKILL)


def _become_kernel(told: int, parent: int) -> None:
    with os.fdopen(told, encoding="utf-8") as line:
        connection_file = line.read()
    if connection_file:
        modules: dict[str, Any] = sys.modules
        modules.setdefault("debugpy", None)  # half a second of import in every kernel, for a debugger nobody attaches
        from ipykernel.kernelapp import IPKernelApp

        os.environ["JPY_PARENT_PID"] = str(parent)
        application: Any = IPKernelApp.instance(log_level=logging.CRITICAL)  # how to connect to it is nobody's concern
        application.initialize(["-f", connection_file, "--HistoryManager.enabled=False"])
        application.start()
    os._exit(0)


def manager(spare: Spare) -> type:
    """A kernel manager class whose kernel is the spare process."""
    from jupyter_client.manager import AsyncKernelManager
    from jupyter_client.provisioning.local_provisioner import LocalProvisioner

    class Provisioner(LocalProvisioner):
        async def launch_kernel(self, cmd: list[str], **_: Any) -> Any:
            owner, process = cast(Any, self.parent), cast(Any, spare)
            spare.start(owner.connection_file)
            self.process, self.pid = process, spare.pid
            return self.connection_info

    class Manager(AsyncKernelManager):
        async def _async_pre_start_kernel(self, **options: Any) -> Any:
            self.provisioner = Provisioner(kernel_id=self.kernel_id, kernel_spec=self.kernel_spec, parent=self)
            return await super()._async_pre_start_kernel(**options)

    return Manager
