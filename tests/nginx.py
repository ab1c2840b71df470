"""Finds an nginx for the test of reverse proxies, or installs one where that is possible: `python -m tests.nginx`."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.support import until

CONF = """
daemon off;
master_process off;
pid {folder}/pid;
error_log stderr warn;
events {{ worker_connections 128; }}
http {{
  access_log off;
  client_body_temp_path {folder}/body;
  proxy_temp_path {folder}/proxy;
  fastcgi_temp_path {folder}/fastcgi;
  uwsgi_temp_path {folder}/uwsgi;
  scgi_temp_path {folder}/scgi;
  server {{
    listen 127.0.0.1:{port};
    location {prefix}/ {{
      proxy_pass http://127.0.0.1:{target}{strip};
      proxy_set_header Host $http_host;
      proxy_set_header X-Forwarded-Proto $scheme;
      proxy_read_timeout 90s;
      client_max_body_size 64m;
    }}
  }}
}}
"""  # as docs/proxy.md says


def find() -> str | None:
    """Path of nginx, or None."""
    return shutil.which("nginx") or next((path for path in ("/usr/sbin/nginx",) if Path(path).exists()), None)


@contextmanager
def nginx(folder: Path, target: int, prefix: str, strip: bool) -> Iterator[str]:
    """A child process that serves the port `target` below `prefix`; the address of that.

    Args:
        strip: whether the prefix is taken away before a request is passed on: both are usual.
    """
    path = find()
    assert path, "no nginx: `python -m tests.nginx` installs one, SKIP_NGINX=1 goes without"
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    folder.mkdir(exist_ok=True)
    conf = folder / "nginx.conf"
    conf.write_text(CONF.format(folder=folder, port=port, target=target, prefix=prefix, strip="/" if strip else ""))
    command = [path, "-c", str(conf), "-p", str(folder), "-e", "stderr"]
    process = subprocess.Popen(command, stderr=subprocess.PIPE, text=True)
    try:
        until(lambda: _listens(port) or process.poll() is not None)
        assert process.poll() is None, process.communicate()[1]
        yield f"http://127.0.0.1:{port}{prefix}"
    finally:
        process.terminate()
        process.communicate(timeout=20)


def _listens(port: int) -> bool:
    with socket.socket() as one:
        return one.connect_ex(("127.0.0.1", port)) == 0


def main() -> int:
    """Exit code 0 when there is an nginx, or when `SKIP_NGINX=1` says to go without."""
    skip = os.environ.get("SKIP_NGINX") == "1"
    if find() is None and not skip and shutil.which("apt-get") and os.geteuid() == 0:
        quiet = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
        subprocess.run(["apt-get", "update", "-qq"], check=False)
        install = ["apt-get", "install", "-y", "-qq", "--no-install-recommends", "nginx-light"]
        subprocess.run(install, check=False, env=quiet)
    if path := find():
        sys.stdout.write(f"proxy tests use {path}\n")
        return 0
    sys.stderr.write("\n*** NO NGINX: the tests of reverse proxies can't run. ***\n")
    sys.stderr.write("*** Install nginx, or set SKIP_NGINX=1 to test without one. ***\n\n")
    return 0 if skip else 1


if __name__ == "__main__":
    raise SystemExit(main())
