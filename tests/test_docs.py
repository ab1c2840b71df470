"""What the code has, the documentation has too."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from fastapi import FastAPI
from starlette.routing import Mount

from monitor.api.app import create_app
from monitor.docs_pages import PAGES
from monitor.settings import ServiceSettings
from monitor.storage.tables import metadata

DOCS = Path(__file__).parent.parent / "docs"


@pytest.mark.parametrize("name", PAGES)
def test_pages_made_from_code_are_current(name: str) -> None:
    # in a process of its own: click keeps how a command was first asked for help
    code = f"import sys; from monitor.docs_pages import PAGES; sys.stdout.write(PAGES[{name!r}]())"
    made = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    assert (DOCS / name).read_text() == made, "run `python -m monitor.docs_pages`"


@pytest.mark.parametrize("table", metadata.tables)
def test_every_column_is_documented(table: str) -> None:
    _, _, rest = (DOCS / "storage.md").read_text().partition(f"\n## `{table}`")
    section = rest.partition("\n## ")[0]
    missing = [column.name for column in metadata.tables[table].c if f"`{column.name}`" not in section]
    assert section
    assert not missing, f"docs/storage.md does not say what {missing} of {table} mean"


def test_every_route_is_documented(tmp_path: Path) -> None:
    app = create_app(ServiceSettings(dir=str(tmp_path)))
    api = next(route for route in app.routes if isinstance(route, Mount) and route.path == "/api/v1").app
    assert isinstance(api, FastAPI)
    routes = [f"{method.upper()} {path}" for path, some in api.openapi()["paths"].items() for method in some]
    page = (DOCS / "http-api.md").read_text()
    assert len(routes) > 10
    assert not [route for route in routes if f"`{route}`" not in page]
