"""Runs in notebooks: live from the service when it can be framed, else as a report within the page."""

from __future__ import annotations

import importlib
import sys
import urllib.error
import urllib.request
from html import escape
from pathlib import Path
from typing import Literal

from monitor.errors import NashboardError
from monitor.settings import ClientSettings, home, load

TIMEOUT = 3.0  # seconds that a cell waits for a service
HEIGHT = 640  # pixels
STYLE = "width: 100%; border: 1px solid #8884; border-radius: 8px"
LARGEST = 16 << 20  # bytes of a report that are taken


class Embed:
    """A run, as notebooks show it.

    A service without tokens is framed, so that the cell goes on by itself. One with tokens can't be: browsers keep its cookie
    back in the frame of another site; then, and where no service answers, the report is put into the cell: from the service, or
    from this machine's journal or database.
    """

    def __init__(self, run_id: str, settings: ClientSettings, height: int = HEIGHT) -> None:
        self._id, self._settings, self._height = run_id, settings, height
        self._server = settings.server.rstrip("/")

    def _repr_html_(self) -> str:
        from monitor.reports.language import spoken

        with spoken(self._settings.lang or "en"):
            return self._shown()

    def _shown(self) -> str:
        from monitor.reports.language import t

        status, _ = self._ask(f"/runs/{self._id}", "")
        if status == 200:
            live = repr(self) + (f"?lang={self._settings.lang}" if self._settings.lang else "")
            return f'<iframe src="{escape(live)}" height="{self._height}" style="{STYLE}"></iframe>'
        page = self._from_service() if status in (401, 403) else ""
        page = page or self._from_here()
        if not page:
            where = t("Run {run} is neither at {server} nor in {folder}.", server=self._server, folder=self._home)
            return f"<p>{escape(where).replace('{run}', f'<code>{escape(self._id)}</code>')}</p>"
        # A frame of its own: its styles and scripts stay in it. The report itself may fetch nothing.
        return (
            f'<iframe srcdoc="{escape(page)}" sandbox="allow-scripts" height="{self._height}" style="{STYLE}"></iframe>'
        )

    def __repr__(self) -> str:
        return f"{self._server}/runs/{self._id}"

    @property
    def _home(self) -> Path:
        return home(self._settings)

    def _ask(self, path: str, token: str) -> tuple[int, bytes]:
        """Status and body; 0 when nobody answers."""
        request = urllib.request.Request(f"{self._server}/api/v1{path}", headers={"Accept": "application/json"})
        if token:
            request.add_header("Authorization", f"Bearer {token}")
        try:
            with urllib.request.urlopen(request, timeout=TIMEOUT) as answer:
                return answer.status, answer.read(LARGEST)
        except urllib.error.HTTPError as error:
            with error:
                return error.code, b""
        except (OSError, ValueError):
            return 0, b""

    def _from_service(self) -> str:
        asked = f"?lang={self._settings.lang}" if self._settings.lang else ""
        status, body = self._ask(f"/runs/{self._id}/report.html{asked}", self._settings.token)
        return body.decode() if status == 200 else ""

    def _from_here(self) -> str:
        from monitor.reports.examine import Examination
        from monitor.reports.page import page
        from monitor.sdk.journal import journals
        from monitor.sources import open_source

        left = journals(self._home / "journal", self._id)
        if left:
            return page(Examination(open_source(left[-1]), keep_all=True).run())
        try:
            from monitor.archive.opening import in_folder
            from monitor.reports.of_run import report_of
        except ModuleNotFoundError:  # the SDK alone
            return ""
        try:
            with in_folder(self._id, self._home) as stored:
                return page(report_of(stored))
        except NashboardError:
            return ""


def display(
    run_id: str,
    *,
    server: str | None = None,
    token: str | None = None,
    height: int = HEIGHT,
    lang: Literal["en", "zh"] | None = None,
) -> None:
    """Shows a run in a notebook; outside of one its address is printed.

    Args:
        run_id: the run. server, token: where it is; lang: what it speaks; else from the environment. height: of the frame, in
            pixels.

    Raises:
        SettingError: a setting that is not allowed.
    """
    show(Embed(run_id, load(ClientSettings, {"server": server, "token": token, "lang": lang}), height))


def show(embed: Embed) -> None:
    """Hands it to IPython."""
    try:
        importlib.import_module("IPython.display").display(embed)
    except ImportError:
        sys.stdout.write(f"{embed!r}\n")
