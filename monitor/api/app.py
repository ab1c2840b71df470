"""The app factory: an outer app that the dashboard may join, with the API mounted in it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import FastAPI
from fastapi_offline import FastAPIOffline
from starlette.middleware.gzip import DEFAULT_EXCLUDED_CONTENT_TYPES, GZipMiddleware

from monitor.api import (
    alerts,
    answers,
    batches,
    channels,
    deliveries,
    effects,
    fields,
    health,
    joint,
    layers,
    lists,
    live,
    login,
    openapi,
    projections,
    records,
    reports,
    routes,
    rules,
    runs,
    samples,
    series,
)
from monitor.api.auth import Guard
from monitor.api.house import House
from monitor.settings import ServiceSettings

PREFIX = "/api/v1"
LEVEL = 2  # rows of numbers hardly get smaller above it, and half as long again takes each
# Compressed in themselves, or bytes of numbers that hardly would be.
AS_THEY_ARE = (
    *DEFAULT_EXCLUDED_CONTENT_TYPES,
    "application/octet-stream",
    "application/msgpack",
    "application/vnd.apache.parquet",
)


def create_app(settings: ServiceSettings) -> FastAPI:
    """The service as an ASGI app: the API below `/api/v1`, health at the root; the dashboard attaches itself to it.

    Raises:
        DatabaseTooNew: a newer Nashboard made the database.
    """
    home = House(settings)

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        home.start()
        tasks = [asyncio.create_task(work()) for work in (home.watch_states, home.empty_trash, home.scheduler.run)]
        yield
        home.release()
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await asyncio.to_thread(home.stop)

    outer = FastAPI(title="Nashboard", lifespan=lifespan, openapi_url=None, docs_url=None, redoc_url=None)
    outer.state.house = home
    api = FastAPIOffline(title="Nashboard API", version="1", redoc_url=None)
    api.state.house = home
    for module in (
        records,
        lists,
        effects,
        runs,
        reports,
        series,
        samples,
        batches,
        fields,
        layers,
        alerts,
        rules,
        channels,
        routes,
        deliveries,
        projections,
        joint,
        live,
        health,
        login,
    ):
        api.include_router(module.router)
    answers.install(api)
    openapi.describe(api)
    answers.install(outer)
    outer.include_router(health.router)
    outer.include_router(login.page_router)
    outer.add_middleware(GZipMiddleware, minimum_size=1000, compresslevel=LEVEL, exclude_content_types=AS_THEY_ARE)
    outer.add_middleware(Guard, auth=home.auth, root_path=settings.root_path)
    outer.mount(PREFIX, api)
    return outer
