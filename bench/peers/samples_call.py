"""Median milliseconds of logging 64 RGB images of 64×64 as one grid: TensorBoard's SummaryWriter."""

import json
import tempfile
import time

import numpy
import torch
from torch.utils.tensorboard import SummaryWriter

images = torch.from_numpy(numpy.random.default_rng(0).random((64, 3, 64, 64), dtype=numpy.float32))
writer = SummaryWriter(tempfile.mkdtemp())
took = []
for step in range(15):
    start = time.perf_counter_ns()
    writer.add_images("samples", images, step)
    took.append((time.perf_counter_ns() - start) / 1e6)
print(json.dumps({"TensorBoard": sorted(took)[len(took) // 2]}))
