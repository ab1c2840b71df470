"""Logging in: a page that asks for the read token once, and the cookie that it is traded for."""

from __future__ import annotations

import asyncio
from html import escape
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

from fastapi import APIRouter, Request, Response
from fastapi.responses import HTMLResponse, RedirectResponse
from msgspec import Struct

from monitor.api.answers import json
from monitor.api.auth import COOKIE, LOGIN, SESSION_SECONDS
from monitor.api.bodies import decode, read
from monitor.api.house import House, house
from monitor.errors import NashboardError

router = APIRouter(tags=["login"])
page_router = APIRouter(include_in_schema=False)

PAGE = Path(__file__).parent / "static" / "login.html"
MAX_BODY = 4096
PAUSE = 0.3  # seconds that a wrong token costs
POLICY = "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"


class Login(Struct, frozen=True):
    """The body of a login: a read token."""

    token: str


class Entered(Struct, frozen=True):
    """What a session may do."""

    right: str


@router.post("/login")
async def login(request: Request) -> Response:
    """Trades the read token for the cookie `nashboard_session`, which scripts can't read. Takes JSON, or the page's form."""
    home = house(request)
    if request.headers.get("content-type", "").startswith("application/x-www-form-urlencoded"):
        return await _form(request, home)
    token = (await decode(request, Login, MAX_BODY)).token
    answer = json(Entered("read"))
    if home.auth.closed:
        await _enter(request, answer, home, token)
    return answer


@router.post("/logout")
async def logout(request: Request) -> Response:
    """Takes the cookie away again."""
    answer = Response(status_code=204)
    answer.delete_cookie(COOKIE, path=house(request).settings.root_path or "/", httponly=True, samesite="strict")
    return answer


@page_router.get("/login")
async def page(request: Request, next: str = "") -> Response:  # noqa: A002 what the address calls it
    """The page; whoever is logged in already is sent on."""
    home = house(request)
    if not home.auth.closed or home.auth.right_of(request) == "read":
        return RedirectResponse(_local(next, home), 303)
    return _page(home, next)


async def _form(request: Request, home: House) -> Response:
    form = parse_qs((await read(request, MAX_BODY)).decode("utf-8", "replace"))
    token, after = form.get("token", [""])[0].strip(), form.get("next", [""])[0]
    answer = RedirectResponse(_local(after, home), 303)
    try:
        if home.auth.closed:
            await _enter(request, answer, home, token)
    except NashboardError as error:
        return _page(home, after, error)
    return answer


async def _enter(request: Request, answer: Response, home: House, token: str) -> None:
    try:
        session = home.auth.begin(token)
    except NashboardError:
        await asyncio.sleep(PAUSE)
        raise
    answer.set_cookie(
        COOKIE,
        session,
        max_age=SESSION_SECONDS,
        path=home.settings.root_path or "/",
        secure=request.url.scheme == "https",
        httponly=True,
        samesite="strict",
    )


def _local(address: str, home: House) -> str:
    """Where to go after: a page of ours and of nobody else."""
    root = home.settings.root_path
    parts = urlsplit(address)
    foreign = parts.scheme or parts.netloc or not address.startswith("/") or address[1:2] in ("/", "\\")
    return f"{root}/" if foreign or any(ord(letter) < 32 for letter in address) else address


def _page(home: House, after: str, error: NashboardError | None = None) -> Response:
    text = PAGE.read_text("utf-8")
    fault = f'<p class="fault" role="alert">{escape(error.message)}</p>' if error else ""
    for name, value in (
        ("{action}", escape(home.settings.root_path + LOGIN)),
        ("{next}", escape(after)),
        ("{fault}", fault),
    ):
        text = text.replace(name, value)
    headers = {"Content-Security-Policy": POLICY, "Cache-Control": "no-store", "Referrer-Policy": "same-origin"}
    return HTMLResponse(text, error.status if error else 200, headers)
