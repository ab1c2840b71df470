from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, ConsoleMessage, Page, Request, sync_playwright

from dashboard.index import ASSETS
from tests.chromium import FLAGS, bundled, find
from tests.dashboard.seeds import Lab
from tests.support import Service

SCRIPTS = ASSETS / "js"


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """A real Chromium. The tests that need it are left out only when `SKIP_BROWSER=1` says so."""
    if os.environ.get("SKIP_BROWSER") == "1":
        pytest.skip("SKIP_BROWSER=1")
    path = find() or bundled()
    assert path, "no Chromium: install one, or set SKIP_BROWSER=1"
    with sync_playwright() as playwright:
        running = playwright.chromium.launch(executable_path=path, args=FLAGS)
        yield running
        running.close()


class Tab:
    """A page that is watched: what it wrote to the console, which hosts it asked."""

    def __init__(self, browser: Browser, width: int, scheme: str) -> None:
        self.context = browser.new_context(
            viewport={"width": width, "height": 900},
            color_scheme="dark" if scheme == "dark" else "light",
            has_touch=width < 500,
        )
        self.context.set_default_timeout(15_000)
        self.page: Page = self.context.new_page()
        self.errors: list[str] = []
        self.requests: list[Request] = []
        self.page.on("console", self._note)
        self.page.on("pageerror", lambda error: self.errors.append(str(error)))
        self.page.on("request", lambda request: self.requests.append(request))

    def _note(self, message: ConsoleMessage) -> None:
        if message.type == "error":
            self.errors.append(message.text)

    def hosts(self) -> set[str]:
        """Every host that was asked for anything."""
        parts = [urlsplit(request.url) for request in self.requests]
        return {part.netloc for part in parts if part.scheme not in ("data", "blob", "file")}


@pytest.fixture
def tab(browser: Browser) -> Iterator[Callable[..., Tab]]:
    """Opens watched pages: `tab(width=380, scheme="dark")`. At the end none may have errors or have asked another host."""
    opened: list[Tab] = []

    def new(width: int = 1440, scheme: str = "light") -> Tab:
        opened.append(Tab(browser, width, scheme))
        return opened[-1]

    yield new
    for one in opened:
        one.context.close()
    for one in opened:
        assert one.errors == []
        assert all(host.startswith("127.0.0.1:") for host in one.hosts()), one.hosts()


@pytest.fixture
def page(tab: Callable[..., Tab]) -> Page:
    """One watched page of a usual size."""
    return tab().page


@pytest.fixture(scope="module")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lab]:
    """A service with the dashboard, for the tests of a module: each uses runs of its own."""
    service = Service(tmp_path_factory.mktemp("lab"), dashboard=True).start()
    yield Lab(service)
    service.close()


@pytest.fixture
def own_lab(tmp_path: Path) -> Iterator[Lab]:
    """A service of the test's own: empty, and it may be killed."""
    service = Service(tmp_path, dashboard=True).start()
    yield Lab(service)
    service.close()


@pytest.fixture(scope="module")
def scripts(browser: Browser, lab: Lab) -> Iterator[Page]:
    """A page with every module at hand: `m.series`, `m.smoothing`, …"""
    page = browser.new_page()
    page.goto(lab.url)
    names = [path.relative_to(SCRIPTS).as_posix() for path in SCRIPTS.rglob("*.js")]
    names = [name for name in names if not name.startswith("words/")]
    page.evaluate(
        """async (names) => {
          const { use } = await import(document.querySelector("script[type=module]").src);
          window.m = Object.fromEntries(names.map((name) => [name.replace(".js", ""), use(name)]));
        }""",
        names,
    )
    yield page
    page.close()
