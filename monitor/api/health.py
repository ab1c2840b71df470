"""Is it alive, is it ready, and how is it doing (Prometheus)."""

from __future__ import annotations

from fastapi import APIRouter, Request, Response
from sqlalchemy import text

from monitor.api.answers import json
from monitor.api.house import house
from monitor.storage import deliveries, jobs

router = APIRouter(tags=["health"])


@router.get("/healthz")
async def healthz() -> Response:
    """The process answers."""
    return json({"status": "ok"})


@router.get("/readyz")
async def readyz(request: Request) -> Response:
    """The database answers and the writer works."""
    home = house(request)
    await home.read(lambda connection: connection.execute(text("SELECT 1")).scalar())
    ready = home.writer.alive
    return json({"status": "ready" if ready else "the writer has ended"}, 200 if ready else 503)


@router.get("/metrics")
async def metrics(request: Request) -> Response:
    """Counters in Prometheus' text format."""
    home = house(request)
    writer = home.writer
    counters = writer.counters
    work, waiting = home.scheduler.counters, await home.read(jobs.counts)
    sent, post = home.postman.counters, await home.read(deliveries.counts)
    lines = []
    for name, kind, value, text_ in (
        ("commits_total", "counter", counters.commits, "Group commits."),
        ("batches_total", "counter", counters.batches, "Batches and other changes written."),
        ("points_total", "counter", counters.points, "Points written."),
        ("failures_total", "counter", counters.failures, "Transactions that were rolled back."),
        ("queue_bytes", "gauge", writer.waiting_bytes, "Bytes of batches that wait for the writer."),
        ("live_waiting", "gauge", home.live.waiting, "Requests that wait for something to happen."),
        ("doctor_lag_seconds", "gauge", home.rounds.lag, "How far the doctor comes behind what is written."),
        (
            "doctor_alerts_total",
            "counter",
            home.rounds.alerts,
            "Times that the doctor opened, worsened or resolved an alert.",
        ),
        ("last_commit_seconds", "gauge", counters.last_commit_seconds, "How long the last group commit took."),
        *((f"jobs_{state}", "gauge", waiting[state], f"Jobs that are {state}.") for state in jobs.STATES),
        *((f"deliveries_{state}", "gauge", post[state], f"Messages in the log that are {state}.") for state in post),
        ("deliveries_sent_total", "counter", sent.sent, "Messages that were sent."),
        ("deliveries_failed_total", "counter", sent.failed, "Tries to send that failed."),
        ("job_tasks_total", "counter", work.tasks, "Bundles of jobs that workers took."),
        ("job_failures_total", "counter", work.failures, "Bundles that a worker did not finish."),
        ("job_seconds_total", "counter", work.seconds, "Seconds that bundles took."),
    ):
        lines += [f"# HELP nashboard_{name} {text_}", f"# TYPE nashboard_{name} {kind}", f"nashboard_{name} {value}"]
    return Response("\n".join(lines) + "\n", media_type="text/plain; version=0.0.4")
