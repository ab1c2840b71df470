"""What a run says about where it runs, gathered without starting or importing anything."""

from __future__ import annotations

import os
import platform
import re
import socket
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

MAX_TEXT, MAX_ITEMS, MAX_DEPTH = 2000, 1000, 8
_SECRET = re.compile(r"token|passw|secret|api[-_]?key|credential", re.IGNORECASE)


def environment() -> dict[str, Any]:
    """Host, process, Python, versions of what is already imported, command line (secrets masked), git commit."""
    found: dict[str, Any] = {
        "host": socket.gethostname(),
        "pid": os.getpid(),
        "python": platform.python_version(),
        "platform": sys.platform,
        "argv": masked(sys.argv),
        "cwd": str(Path.cwd()),
    }
    for name in ("torch", "numpy"):
        version = getattr(sys.modules.get(name), "__version__", None)
        if version is not None:
            found[name] = str(version)
    commit = git_commit(Path.cwd())
    if commit:
        found["git_commit"] = commit
    if rank() is not None:
        found["rank"] = rank()
    return found


def rank() -> int | None:
    """This process's rank under torch.distributed: from torch when it is imported and set up, else from RANK; or None."""
    distributed = getattr(sys.modules.get("torch"), "distributed", None)
    if distributed is not None and distributed.is_available() and distributed.is_initialized():
        return int(distributed.get_rank())
    text = os.environ.get("RANK", "")
    return int(text) if text.isdigit() else None


def local_rank() -> int:
    """This process's number on its machine, as torchrun sets it; 0 where it is alone."""
    text = os.environ.get("LOCAL_RANK", "")
    return int(text) if text.isdigit() else 0


def masked(argv: list[str]) -> list[str]:
    """A command line without secrets: the value after or in `--…token…` and the like is replaced by "…"."""
    shown: list[str] = []
    hide = False
    for argument in argv[:MAX_ITEMS]:
        name, equals, _ = argument.partition("=")
        if hide and not argument.startswith("-"):
            shown.append("…")
        elif equals and _SECRET.search(name):
            shown.append(f"{name}=…")
        else:
            shown.append(argument[:MAX_TEXT])
        hide = argument.startswith("-") and not equals and bool(_SECRET.search(name))
    return shown


def git_commit(folder: Path) -> str:
    """The commit checked out around `folder`, read from git's files; "" when there is none."""
    git = next((place / ".git" for place in (folder, *folder.parents) if (place / ".git").exists()), None)
    if git is None:
        return ""
    try:
        if git.is_file():  # a worktree or a submodule: "gitdir: <path>"
            git = (git.parent / git.read_text().partition(":")[2].strip()).resolve()
        head = (git / "HEAD").read_text().strip()
        if not head.startswith("ref:"):
            return head
        common = git / "commondir"
        if common.exists():
            git = (git / common.read_text().strip()).resolve()
        return _ref(git, head.partition(":")[2].strip())
    except OSError:
        return ""


def _ref(git: Path, name: str) -> str:
    if (git / name).exists():
        return (git / name).read_text().strip()
    for line in (git / "packed-refs").read_text().splitlines():
        commit, _, packed = line.partition(" ")
        if packed == name:
            return commit
    return ""


def plain(value: Any, depth: int = 0) -> Any:
    """Any value as JSON-compatible ones: what has no counterpart is shown as text; sizes are bounded."""
    if value is None or isinstance(value, bool | float):
        return value
    if isinstance(value, int):
        return int(value) if abs(value) < 2**63 else str(value)
    if isinstance(value, str):
        return value[:MAX_TEXT].encode(errors="replace").decode()
    if depth >= MAX_DEPTH:
        return _text(value)
    if isinstance(value, Mapping):
        return {plain(str(key)): plain(item, depth + 1) for key, item in list(value.items())[:MAX_ITEMS]}
    if isinstance(value, list | tuple | set | frozenset):
        return [plain(item, depth + 1) for item in list(value)[:MAX_ITEMS]]
    return _other(value, depth)


def _other(value: Any, depth: int) -> Any:
    if type(value).__module__ == "numpy" and getattr(value, "ndim", 1) == 0:
        return plain(value.item(), depth + 1)
    fields = getattr(value, "__dict__", None)
    if type(value).__name__ == "Namespace" or hasattr(type(value), "__dataclass_fields__"):
        return plain(fields or {}, depth + 1)
    return _text(value)


def _text(value: Any) -> str:
    return str(plain(str(value) if isinstance(value, os.PathLike) else repr(value)[:200]))
