# Two images from one file: `server` (the API and the dashboard) and `trainer` (torch). docker-compose.yml uses both.
FROM python:3.11-slim AS base
ENV PYTHONUNBUFFERED=1 PIP_NO_CACHE_DIR=1 PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_ROOT_USER_ACTION=ignore
RUN useradd --create-home --uid 10001 nashboard && install -d -o nashboard -g nashboard /data
WORKDIR /app
COPY pyproject.toml constraints.txt README.md LICENSE ./
COPY monitor monitor
COPY dashboard dashboard
COPY trainer trainer
# Journals, the database and blobs: the one place that is written to.
ENV NASHBOARD_DIR=/data

FROM base AS server
RUN pip install -c constraints.txt '.[server]'
USER nashboard
VOLUME /data
EXPOSE 8642 8643
CMD ["nashboard", "serve", "--host", "0.0.0.0"]

FROM base AS trainer
# torch's CPU build is a tenth of the size of the others. Where the default package index has another build, give PyTorch's CPU
# wheel index here: `--build-arg PIP_EXTRA_INDEX_URL=…`, or PIP_EXTRA_INDEX_URL in .env for docker compose.
ARG PIP_EXTRA_INDEX_URL=""
RUN pip install -c constraints.txt '.[trainer]'
# Idle OpenMP threads that spin make a training beside other work many times slower.
ENV OMP_WAIT_POLICY=passive
USER nashboard
CMD ["nashboard", "train"]
