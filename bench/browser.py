"""Chromium for measurements: the one that the tests use, and the CPU time that it takes."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import psutil
from playwright.sync_api import Browser, Page, sync_playwright

from tests.chromium import FLAGS, find
from tests.support import until

QUIET = 0.03, 300  # CPU seconds within so many ms


class Cpu:
    """CPU seconds of a browser with all its children."""

    def __init__(self, process: psutil.Process) -> None:
        self.process = process

    @property
    def seconds(self) -> float:
        """So far, of those that live."""
        some = [self.process, *self.process.children(recursive=True)]
        return sum(sum(one.cpu_times()[:2]) for one in some)


def fresh(browser: Browser, cpu: Cpu, width: int = 1440, height: int = 900) -> Page:
    """A page of a browser that has nothing cached, once its window stands: building it costs Chromium a second of CPU."""
    page = browser.new_context(viewport={"width": width, "height": height}).new_page()
    rest(page, cpu)
    return page


def rest(page: Page, cpu: Cpu) -> None:
    """Waits until the browser has next to nothing to do."""

    def quiet() -> bool:
        before = cpu.seconds
        page.wait_for_timeout(QUIET[1])
        return cpu.seconds - before <= QUIET[0]

    until(quiet, timeout=60)


@contextmanager
def chromium() -> Iterator[tuple[Browser, Cpu]]:
    """A browser, closed at the end. Of its processes the one with most descendants has all others below it."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=find(), args=FLAGS)
        some = [one for one in psutil.Process().children(recursive=True) if "chrom" in one.name()]
        yield browser, Cpu(max(some, key=lambda one: len(one.children(recursive=True))))
        browser.close()
