"""Which file system a folder lies on: a shared memory map can't be trusted on a network."""

from __future__ import annotations

from pathlib import Path

_PLAIN = "nfs nfs4 cifs smb smb2 smb3 smbfs lustre gpfs beegfs ceph glusterfs orangefs pvfs2 afs ncpfs 9p davfs"
_FUSE = "sshfs s3fs gcsfuse glusterfs ceph juicefs rclone davfs2 cvmfs2 beegfs mfs seaweedfs"
NETWORK = frozenset(_PLAIN.split()) | {f"fuse.{name}" for name in _FUSE.split()}


def kind_of(folder: Path, mounts: Path = Path("/proc/self/mountinfo")) -> str:
    """Type of the file system that holds `folder` ("ext4", "nfs4"), or "" where the system does not tell."""
    try:
        lines = mounts.read_text(errors="surrogateescape").splitlines()
    except OSError:
        return ""
    wanted = folder.resolve()
    best, kind = -1, ""
    for line in lines:
        before, _, after = line.partition(" - ")
        fields = before.split()
        if len(fields) < 5 or not after:
            continue
        mount = Path(_unescape(fields[4]))
        # A later line of the same depth lies on top of the earlier one.
        if (wanted == mount or mount in wanted.parents) and len(mount.parts) >= best:
            best, kind = len(mount.parts), after.split()[0]
    return kind


def is_network(kind: str) -> bool:
    """True for file systems on which maps of one file may disagree between machines or after a broken link."""
    return kind in NETWORK


def _unescape(text: str) -> str:
    r"""Undoes mountinfo's octal escapes (a space is \040)."""
    for escaped, plain in (("\\040", " "), ("\\011", "\t"), ("\\012", "\n"), ("\\134", "\\")):
        text = text.replace(escaped, plain)
    return text
