"""The HTML page around Dash: what must be there before Dash is, so that nothing flashes and data come early."""

from __future__ import annotations

import hashlib
import json
import re
from pathlib import Path
from typing import Any

import plotly
from dash.fingerprint import build_fingerprint

from dashboard.figures.catalog import catalog
from dashboard.figures.skeleton import palettes
from dashboard.pack import ENTRIES, pack
from dashboard.pages import runs
from monitor.losses import EQUILIBRIA, FAMILIES, LOSS_KEYS

ASSETS = Path(__file__).parent / "assets"
# The build of plotly.js with lines and bars alone, from the npm package plotly.js-basic-dist-min in the version that Dash's
# plotly has: a quarter of the whole one, which a browser needs more than a second to run.
PLOTLY = "vendor/plotly-basic.min.js"

# What a page asks for before its scripts are there: rows of the table and how they look, runs of a comparison, its signals,
# rows of a curve.
FIRST = {
    "block": runs.BLOCK,
    "columns": runs.first_columns(),
    "most": 12,
    "signals": ["loss/generator", "loss/discriminator"],
    "width": 800,
}

# The colour scheme is set before the first paint: what the user chose, else what the system says.
SCHEME = """
let stored = null;
try { stored = localStorage.getItem("mantine-color-scheme-value"); } catch { /* refused in a frame of another site */ }
const dark = stored === "dark" || (stored !== "light" && matchMedia("(prefers-color-scheme: dark)").matches);
document.documentElement.dataset.mantineColorScheme = dark ? "dark" : "light";
document.documentElement.dataset.agThemeMode = dark ? "dark" : "light";
"""

# The table's script is large, and only the list of runs has a table; from another page it is fetched on the way there.
TABLE = """<script>if (location.pathname === JSON.parse(document.getElementById("nashboard-boot").textContent).base)
document.write("<script src='@SRC@'></scr" + "ipt>"); else document.documentElement.dataset.table = "@SRC@";</script>"""

# Dash may call before the modules are there: calls wait for them.
BRIDGE = """
window.nashboard = {};
window.nashboard.ready = new Promise((resolve) => { window.nashboard.resolve = resolve; });
const call = (name) => (...args) => window.nashboard.ready.then((face) => face[name](...args));
window.dash_clientside = window.dash_clientside || {};
window.dash_clientside.nashboard = Object.fromEntries(["shell", "route"].map((name) => [name, call(name)]));
"""

PAGE = """<!DOCTYPE html>
<html lang="en">
<head>
{%metas%}
<meta name="color-scheme" content="light dark">
<title>Nashboard</title>
<link rel="icon" type="image/svg+xml" href="@ASSETS@/favicon.svg">
<script>@SCHEME@</script>
<script id="nashboard-boot" type="application/json">@BOOT@</script>
<script>@EARLY@</script>
{%css%}
<link rel="stylesheet" href="@ASSETS@/all.css">
<script>@BRIDGE@</script>
<script type="module" async src="@ASSETS@/js/start.js"></script>
</head>
<body>
<div class="top boot" aria-hidden="true"><span class="brand">
<img src="@ASSETS@/favicon.svg" alt="" width="22" height="22">Nashboard</span>
</div>
{%app_entry%}
<footer>{%config%}{%scripts%}{%renderer%}</footer>
</body>
</html>
"""


def digest(folder: Path, made: dict[str, bytes]) -> str:
    """A short hash of the files in a folder and of what is made of them: in their address, so that browsers may keep them."""
    found = hashlib.sha256(b"\0".join(made.values()))
    for path in sorted(path for path in folder.rglob("*") if path.is_file()):
        found.update(path.relative_to(folder).as_posix().encode() + b"\0" + path.read_bytes())
    return found.hexdigest()[:12]


def whole_plotly(prefix: str) -> str:
    """Where Dash serves the whole plotly.js; the version in it lets browsers keep it for ever."""
    path = "package_data/plotly.min.js"
    stamp = int((Path(plotly.__file__).parent / path).stat().st_mtime)
    return f"{prefix}_dash-component-suites/plotly/{build_fingerprint(path, plotly.__version__, stamp)}"


def page(prefix: str, api: str, assets: str) -> str:
    """The template that Dash fills.

    Styles and scripts are named here and not left to Dash, which looks for assets only when "/" is asked for: a deep link
    as a server's first request would come without them.

    Args:
        prefix: path of the dashboard as the browser sees it, "/" or "/something/".
        api: path of the API as the browser sees it, no slash at the end. assets: that of our files, the same.
    """
    boot: dict[str, Any] = {
        "base": prefix,
        "api": api,
        "plotly": f"{assets}/{PLOTLY}",
        "wholePlotly": whole_plotly(prefix),
        "palettes": palettes(),
        "catalog": catalog(),
        "first": FIRST,
        "losses": {"keys": LOSS_KEYS, "families": FAMILIES, "equilibria": EQUILIBRIA},
    }
    fills = {
        "@ASSETS@": assets,
        "@SCHEME@": "{" + SCHEME + "}",
        "@EARLY@": "{" + (ASSETS / "inline" / "early.js").read_text() + "}",
        "@BRIDGE@": "{" + BRIDGE + "}",
        "@BOOT@": json.dumps(boot, separators=(",", ":")).replace("<", "\\u003c"),
    }
    html = PAGE
    for mark, text in fills.items():
        html = html.replace(mark, text)
    return html


def scripts(tags: str) -> str:
    """Dash's script tags without what no page of ours needs, and with AG Grid only where it is shown.

    Not needed are Dash's own table, and its polyfill for browsers of before 2020, which takes a tenth of a second to run: ours
    asks for a browser of 2024.
    """
    kept = []
    for tag in re.findall(r"<script[^>]*></script>", tags):
        (address,) = re.findall(r'src="([^"]+)"', tag)
        if "/dash_table/" not in address and "/polyfill@" not in address:
            kept.append(TABLE.replace("@SRC@", address) if "/dash_ag_grid/" in address else tag)
    return "\n".join(kept)


def made() -> dict[str, bytes]:
    """Files of ours that are made from others, by the end of their address: all styles in one, the modules packed."""
    files = {"all.css": b"\n".join(path.read_bytes() for path in sorted((ASSETS / "css").rglob("*.css")))}
    for entry in ENTRIES:
        text, source_map = pack(ASSETS / "js", entry)
        files |= {f"js/{entry}": text.encode(), f"js/{entry}.map": source_map.encode()}
    return files
