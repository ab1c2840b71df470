"""The process that forks, see `nursery.py`: `python -m tests.support.nursery_process SOCKET`."""

from __future__ import annotations

import gc
import importlib
import json
import os
import signal
import socket
import sys
from typing import Any

from tests.support.nursery import LONGEST

MODULES = (
    "monitor.cli",
    "monitor.commands.serve",
    "uvicorn.lifespan.on",
    "uvicorn.protocols.http.httptools_impl",
    "uvloop",
)


def serve(control: socket.socket) -> dict[str, Any] | None:
    """Answers until the other side is gone; in a child: what it was asked to be."""
    children: set[int] = set()
    for name in MODULES:
        importlib.import_module(name)
    while True:
        content, files, _, _ = socket.recv_fds(control, LONGEST, 1)
        if not content:
            for pid in children:
                os.kill(pid, signal.SIGKILL)
            return None
        said = json.loads(content)
        if "ended" in said:
            children.discard(said["ended"])
            _, status = os.waitpid(said["ended"], 0)
            control.sendall(json.dumps({"code": os.waitstatus_to_exitcode(status)}).encode())
            continue
        for name in said["modules"]:
            importlib.import_module(name)
        gc.freeze()
        pid = os.fork()
        if not pid:
            control.close()
            os.dup2(files[0], 1)
            os.dup2(files[0], 2)
            os.close(files[0])
            return dict(said)
        os.close(files[0])
        children.add(pid)
        control.sendall(json.dumps({"pid": pid}).encode())


def main() -> None:
    """Serves; a child runs what it was born for."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    said = serve(socket.socket(fileno=int(sys.argv[1])))
    if said is None:
        return
    signal.signal(signal.SIGINT, signal.default_int_handler)
    os.environ.clear()
    os.environ.update(said["env"])
    os.chdir(said["folder"])
    for stream in (sys.stdout, sys.stderr):
        stream.reconfigure(write_through=True)  # type: ignore[union-attr]
    sys.argv = ["nashboard", *said["arguments"]]
    importlib.import_module("monitor.cli").main()


if __name__ == "__main__":
    main()
