"""A run as one HTML file."""

from __future__ import annotations

import asyncio
import re
from typing import Annotated, Literal

from fastapi import APIRouter, Query, Request, Response

from monitor.api.house import House, house
from monitor.archive.local import LocalRun
from monitor.reports.language import spoken
from monitor.reports.of_run import report_of
from monitor.reports.page import POLICY, page

router = APIRouter(tags=["reports"])


def _made(home: House, run_id: str, language: str) -> tuple[str, str]:
    with spoken(language):
        report = report_of(LocalRun(home.engine, home.blobs, home.settings, run_id))
        return report.title, page(report)


@router.get("/runs/{run_id}/report.html")
async def report(
    run_id: str,
    request: Request,
    download: Annotated[bool, Query()] = False,
    lang: Annotated[Literal["en", "zh"], Query()] = "en",
) -> Response:
    """Verdict, findings with charts, curves, sample grids, config: it opens with no server. `download` has it saved."""
    title, text = await asyncio.to_thread(_made, house(request), run_id, lang)
    headers = {"Content-Security-Policy": POLICY, "X-Content-Type-Options": "nosniff", "Cache-Control": "no-store"}
    if download:
        name = re.sub(r"[^A-Za-z0-9._-]+", "-", title).strip("-.")[:80] or run_id
        headers["Content-Disposition"] = f'attachment; filename="{name}.html"'
    return Response(text, headers=headers, media_type="text/html; charset=utf-8")
