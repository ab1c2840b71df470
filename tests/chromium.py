"""Finds a Chromium for the browser tests, or installs one where that is possible: `python -m tests.chromium`."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys

# Software rendering, nothing that looks for another host.
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")


def find() -> str | None:
    """Path of the system's Chromium (or of `NASHBOARD_CHROMIUM`), or None."""
    given = os.environ.get("NASHBOARD_CHROMIUM")
    return given or next((path for name in NAMES if (path := shutil.which(name))), None)


def bundled() -> str | None:
    """Path of a browser that Playwright has downloaded before, or None."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        path = playwright.chromium.executable_path
    return path if os.path.exists(path) else None  # noqa: PTH110


def install() -> None:
    """Tries the ways there are: Debian's package when root, else Playwright's own download."""
    if shutil.which("apt-get") and os.geteuid() == 0:
        subprocess.run(["apt-get", "update", "-qq"], check=False)
        subprocess.run(
            ["apt-get", "install", "-y", "-qq", "--no-install-recommends", "chromium"],
            check=False,
            env={**os.environ, "DEBIAN_FRONTEND": "noninteractive"},
        )
    if find() is None:
        subprocess.run([sys.executable, "-m", "playwright", "install", "chromium"], check=False)


def main() -> int:
    """Exit code 0 when there is a browser, or when `SKIP_BROWSER=1` says to go without."""
    if find() is None and bundled() is None and os.environ.get("SKIP_BROWSER") != "1":
        install()
    path = find() or bundled()
    if path:
        sys.stdout.write(f"browser tests use {path}\n")
        return 0
    sys.stderr.write("\n*** NO CHROMIUM: the browser tests can't run. ***\n")
    sys.stderr.write("*** Install chromium, or set SKIP_BROWSER=1 to test without a browser. ***\n\n")
    return 0 if os.environ.get("SKIP_BROWSER") == "1" else 1


if __name__ == "__main__":
    raise SystemExit(main())
