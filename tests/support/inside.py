"""The service in this process: the app and the server that `nashboard serve` starts, where a test can set the clock."""

from __future__ import annotations

import threading

import httpx
import uvicorn

from monitor.api.app import create_app
from monitor.commands.serve import Server, bind
from monitor.settings import ServiceSettings
from tests.support.polling import until
from tests.support.service import Service


class Inside(Service):
    """As `Service`, without a process of its own; `settings` are those of `ServiceSettings` as they are."""

    def start(self) -> Inside:
        """Starts it and waits until it listens."""
        listener = bind("127.0.0.1", self.port)
        self.port = listener.getsockname()[1]
        app = create_app(ServiceSettings(dir=str(self.folder), port=self.port, **self.given))
        self.house = app.state.house
        config = uvicorn.Config(app, log_level="warning", access_log=False, timeout_graceful_shutdown=2)
        self._server = Server(config, self.house.release)
        self._runs = threading.Thread(target=self._server.run, args=([listener],), daemon=True)
        self._runs.start()
        until(lambda: self._server.started)
        self.url = f"http://127.0.0.1:{self.port}"
        self.http = httpx.Client(base_url=f"{self.url}/api/v1", timeout=30)
        return self

    def close(self) -> None:
        """Ends it as Ctrl-C does."""
        self.http.close()
        self._server.should_exit = True
        self._runs.join(20)
