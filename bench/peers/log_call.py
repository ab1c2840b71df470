"""Median microseconds of logging 8 floats: TensorBoard's SummaryWriter and Trackio."""

import json
import os
import tempfile
import time

os.environ["TRACKIO_DIR"] = tempfile.mkdtemp()
VALUES = {f"signal/{i}": 0.1 * i for i in range(8)}


def median(call, calls=2000):
    took = []
    for step in range(calls):
        start = time.perf_counter_ns()
        call(step)
        took.append(time.perf_counter_ns() - start)
    return sorted(took)[calls // 2] / 1e3


figures = {}
try:
    from torch.utils.tensorboard import SummaryWriter

    writer = SummaryWriter(tempfile.mkdtemp())
    figures["TensorBoard"] = median(lambda step: [writer.add_scalar(k, v, step) for k, v in VALUES.items()])
except ImportError:
    pass
try:
    import trackio

    trackio.init(project="bench")
    figures["Trackio"] = median(lambda step: trackio.log(VALUES, step=step))
except ImportError:
    pass
print(json.dumps(figures), flush=True)
os._exit(0)
