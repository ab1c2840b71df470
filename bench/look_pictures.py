"""`python -m bench.look_pictures FOLDER`: pictures of the runs that `python -m bench.looks FOLDER` left, for docs/samples.md."""

from __future__ import annotations

import io
import sys
from pathlib import Path

from PIL import Image
from playwright.sync_api import Page, sync_playwright

from bench.service import launch
from tests.chromium import FLAGS, bundled, find

OUT = Path(__file__).parent.parent / "docs" / "images" / "samples"
RUNS = ("ring-healthy", "ring-collapsed", "ring-partial", "ring-hopping", "digits-healthy", "digits-collapsed")
WIDTH, HEIGHT = 1000, 900
TALL = 380  # pixels of the upper row
GAP = 12
GROUND = (246, 247, 249)
SETTLED = 1500  # ms after which nothing moves any more


def main() -> None:
    """One picture a run: its last samples, where they lie on the map of the data, and mode occupancy over time."""
    if len(sys.argv) != 2:
        raise SystemExit("usage: python -m bench.look_pictures FOLDER")
    OUT.mkdir(parents=True, exist_ok=True)
    service = launch(Path(sys.argv[1]).absolute(), dashboard=True)
    try:
        there = {run["id"] for run in service.get("/runs", project="looks")["runs"]}
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=find() or bundled(), args=FLAGS)
            page = browser.new_page(viewport={"width": WIDTH, "height": HEIGHT}, color_scheme="light")
            for run in RUNS:
                if run in there:
                    _composed(page, f"{service.url}/runs/{run}").save(OUT / f"{run}.webp", quality=82, method=6)
                    print(f"{run}.webp: {(OUT / f'{run}.webp').stat().st_size:,} bytes", file=sys.stderr)
            browser.close()
    finally:
        service.process.terminate()
        service.process.wait(20)


def _composed(page: Page, url: str) -> Image.Image:
    """Samples beside the map, occupancy below."""
    page.goto(f"{url}?tab=samples&grid=random&against=none")
    plane = ".tab-samples .point-map[data-step]"
    page.wait_for_selector(f"{plane}, .tab-samples .stage img:not([hidden])")
    samples = _shot(page, plane if page.locator(plane).count() else ".tab-samples .stage >> nth=0")
    page.goto(f"{url}?tab=tsne")
    page.wait_for_selector(".tab-tsne .point-map[data-step]")
    return _arranged(samples, _shot(page, ".tab-tsne .map-body"), _shot(page, ".tab-tsne .occupancy"))


def _shot(page: Page, selector: str) -> Image.Image:
    page.wait_for_timeout(SETTLED)
    return Image.open(io.BytesIO(page.locator(selector).screenshot())).convert("RGB")


def _arranged(samples: Image.Image, place: Image.Image, occupancy: Image.Image) -> Image.Image:
    left, right = (
        one.resize((one.width * TALL // one.height, TALL), Image.Resampling.LANCZOS) for one in (samples, place)
    )
    width = left.width + GAP + right.width
    below = occupancy.resize((width, occupancy.height * width // occupancy.width), Image.Resampling.LANCZOS)
    whole = Image.new("RGB", (width, TALL + GAP + below.height), GROUND)
    whole.paste(left, (0, 0))
    whole.paste(right, (left.width + GAP, 0))
    whole.paste(below, (0, TALL + GAP))
    return whole


if __name__ == "__main__":
    main()
