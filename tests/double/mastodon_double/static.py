"""The files below public/ that differ between releases: what a page asks for, by a name that tells its content."""

from __future__ import annotations

import gzip
import hashlib

DIRECTORY = "public"


def script_path(version: str) -> str:
    """Hashed by release, as Mastodon's packs are: an old pod lacks a new page's script (mastodon.md 6 "Asset skew")."""
    return f"/packs/assets/application-{hashlib.sha256(version.encode()).hexdigest()[:8]}.js"


def files(version: str) -> dict[str, bytes]:
    """What an image of that release has, by its path in Mastodon's directory."""
    name, content = DIRECTORY + script_path(version), f"// mastodon-double {version}\n".encode()
    return {name: content, f"{name}.gz": gzip.compress(content, mtime=0)}
