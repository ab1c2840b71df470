"""How far the doctor comes behind 20 live runs: as it says itself, and from a NaN in a batch to its alert at the API."""

from __future__ import annotations

import random
import threading
import time
from collections.abc import Iterator

import httpx
import msgspec

from bench.service import service
from bench.table import Row, quantile
from monitor import wire

RUNS, SECONDS = 20, 30
EVERY, STEPS = 0.5, 10  # a batch of 10 steps each half second: 20 steps a second a run
MSGPACK = {"Content-Type": "application/msgpack"}


def values(step: int, rng: random.Random) -> dict[str, float]:
    """What a GAN that goes well logs at a step: ten signals, and statistics of samples each 50 steps."""
    found = {
        "loss/discriminator": 1.38 + rng.gauss(0, 0.05), "loss/generator": 0.7 + rng.gauss(0, 0.05),
        "logits/real": rng.gauss(0.1, 0.05), "logits/fake": rng.gauss(-0.1, 0.05), "auc/discriminator": rng.gauss(0.55, 0.02),
        "grad_norm/generator": rng.lognormvariate(0, 0.3), "grad_norm/discriminator": rng.lognormvariate(0, 0.3),
        "update_ratio/generator": 1e-3, "update_ratio/discriminator": 1e-3, "images_seen": 64.0 * step,
    }  # fmt: skip
    if step % 50 == 0:
        found |= {"sample/diversity": rng.gauss(1, 0.02), "sample/coverage": rng.gauss(0.9, 0.02)}
    return found


def train(url: str, run: str, stop: threading.Event) -> None:
    """Posts batches until it is told to stop."""
    rng, step = random.Random(run), 0
    with httpx.Client(base_url=f"{url}/api/v1", timeout=30) as client:
        client.post("/runs", json={"id": run})
        while not stop.wait(EVERY):
            records = [wire.Scalars(at, time.time(), values(at, rng)) for at in range(step, step + STEPS)]
            body = msgspec.msgpack.encode(wire.Batch("s", step + 1, list(records)))
            client.post(f"/runs/{run}/records", content=body, headers=MSGPACK).raise_for_status()
            step += STEPS


def alarm(client: httpx.Client, run: str) -> float:
    """Seconds from a NaN, posted, until its alert comes through the live cursor."""
    client.post("/runs", json={"id": run})
    cursor = client.get("/live").json()["cursor"]
    body = msgspec.msgpack.encode(wire.Batch("s", 1, [wire.Scalars(0, time.time(), {"d_loss": float("nan")})]))
    began = time.perf_counter()
    client.post(f"/runs/{run}/records", content=body, headers=MSGPACK).raise_for_status()
    while True:
        found = client.get("/live", params={"cursor": cursor, "wait": 5, "runs": run}).json()
        cursor = found["cursor"]
        if any(alert["run"] == run for alert in found["alerts"]):
            return time.perf_counter() - began


def lag_of(client: httpx.Client) -> float:
    """The doctor's lag in /metrics, in seconds."""
    lines = client.get("/metrics").text.splitlines()
    return next(float(line.split()[1]) for line in lines if line.startswith("nashboard_doctor_lag_seconds "))


def measure() -> Iterator[Row]:
    """Both, while 20 runs log; a rule looks at every signal of all of them."""
    stop = threading.Event()
    with service() as running, httpx.Client(base_url=f"{running.url}/api/v1", timeout=30) as client:
        condition = {"type": "threshold", "op": ">", "value": 1e9}
        client.post("/rules", json={"name": "all", "condition": condition}).raise_for_status()
        threads = [threading.Thread(target=train, args=(running.url, f"live-{at}", stop)) for at in range(RUNS)]
        for thread in threads:
            thread.start()
        lags, alarms = [], []
        end = time.monotonic() + SECONDS
        while time.monotonic() < end:
            lags.append(lag_of(client))
            if len(lags) % 8 == 0:
                alarms.append(alarm(client, f"ill-{len(lags)}"))
            time.sleep(0.1)
        stop.set()
        for thread in threads:
            thread.join()
    p95, worst = quantile(lags, 0.95), max(lags)
    yield Row(
        "the doctor behind 20 live runs of 20 steps a second, as /metrics says",
        "≤ 1 s",
        f"p95 {p95:.2f} s, at most {worst:.2f}",
        worst <= 1,
    )
    middle, late = quantile(alarms, 0.5), quantile(alarms, 0.95)
    yield Row(
        "from a NaN, posted, to its alert at the API, beside them",
        "≤ 1 s",
        f"median {middle:.2f} s (p95 {late:.2f})",
        late <= 1,
    )
