"""docker-compose.yml as local processes: its own commands, environments, health checks and start order, on loopback."""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import sys
from pathlib import Path
from typing import Any

import yaml

from tests.support import until

ROOT = Path(__file__).parent.parent.parent
_VARIABLE = re.compile(r"\$\{(\w+):-([^}]*)\}")


def parsed() -> dict[str, Any]:
    """The file with `${NAME:-default}` filled in from the defaults, as Compose does in an empty environment."""
    text = _VARIABLE.sub(lambda found: found[2], (ROOT / "docker-compose.yml").read_text())
    result: dict[str, Any] = yaml.safe_load(text)
    return result


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


class Stack:
    """The services as processes. Names of services become 127.0.0.1, ports free ones, volumes and /tmp folders of `folder`.

    Attributes:
        ports: the container's port → the local one. order: services as they were started.
    """

    def __init__(self, folder: Path) -> None:
        self.services: dict[str, dict[str, Any]] = parsed()["services"]
        self.folder, self.order = folder, list[str]()
        self.ports = {"8642": str(free_port()), "8643": str(free_port())}
        self._processes: dict[str, subprocess.Popen[bytes]] = {}

    def local(self, text: str) -> str:
        """A word of the file as it is on this machine."""
        for name in self.services:
            text = text.replace(f"//{name}:", "//127.0.0.1:")
        text = text.replace("0.0.0.0", "127.0.0.1")
        for port, own in self.ports.items():
            text = re.sub(rf"\b{port}\b", own, text)
        return re.sub(r"^/(data|tmp)\b", lambda found: str(self.folder / found[1]), text)

    def start(self, name: str) -> None:
        """Starts a service after what it waits for."""
        for other, how in self.services[name].get("depends_on", {}).items():
            assert how["condition"] == "service_healthy"
            if other not in self._processes:
                self.start(other)
            until(lambda other=other: self.healthy(other), timeout=60)  # type: ignore[misc]
        clean = {key: value for key, value in os.environ.items() if not key.startswith("NASHBOARD_")}
        environment = {key: self.local(value) for key, value in self.services[name].get("environment", {}).items()}
        with (self.folder / f"{name}.log").open("wb") as log:
            self._processes[name] = subprocess.Popen(
                self._command(self.services[name]["command"]),
                env=clean | {"OMP_NUM_THREADS": "1", "NASHBOARD_DIR": str(self.folder / name)} | environment,
                stdout=log,
                stderr=subprocess.STDOUT,
            )
        self.order.append(name)

    def healthy(self, name: str) -> bool:
        """Runs the service's health check once."""
        assert self._processes[name].poll() is None, (self.folder / f"{name}.log").read_text()
        how, *command = self.services[name]["healthcheck"]["test"]
        assert how == "CMD"
        return subprocess.run(self._command(command), capture_output=True, check=False).returncode == 0

    def stop(self, name: str) -> int:
        """What `docker compose stop` does; the exit code."""
        self._processes[name].send_signal(signal.SIGTERM)
        return self._processes[name].wait(30)

    def close(self) -> None:
        """Ends what still runs."""
        for process in self._processes.values():
            process.kill()
            process.wait()

    def _command(self, words: list[str]) -> list[str]:
        own = {"nashboard": [sys.executable, "-m", "monitor"], "python": [sys.executable]}
        return [*own[words[0]], *map(self.local, words[1:])]
