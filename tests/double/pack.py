#!/usr/bin/env python3
"""Packs the double: one archive in the format of `docker save`, with two layers that all its images share.

A third, small one holds the static files of a version.

    pack.py application ROOT PACKAGE ROOTFS OUT.tar     the small layer, from the sources
    pack.py images OUT.tar BASE.tar APPLICATION.tar SOURCES_HASH VERSION…   the archive, and OUT.json with the image ids

Deterministic: the same input gives the same bytes, so that an image id tells whether a node has these very sources.
"""

from __future__ import annotations

import hashlib
import io
import json
import sys
import tarfile
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from mastodon_double.static import files

MASTODON = 991  # uid and gid (mastodon.md 3.1)
HOME = "opt/mastodon"
WRITABLE = (f"{HOME}/tmp", f"{HOME}/public/system")  # the only paths that the image gives to 991 (mastodon.md 3.2)
REPOSITORY = "docker.io/fediverse-mastodon/double"

_COMMON = {
    "PATH": "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
    "BIND": "0.0.0.0",
    "NODE_ENV": "production",
    "TZ": "Etc/UTC",
}
# Variables baked into the images (mastodon.md 2)
_RAILS = _COMMON | {
    "PATH": f"{_COMMON['PATH']}:/opt/ruby/bin:/opt/mastodon/bin",
    "RAILS_ENV": "production",
    "RAILS_SERVE_STATIC_FILES": "true",
    "RUBY_YJIT_ENABLE": "1",
    "MALLOC_CONF": "narenas:2,background_thread:true,thp:never,dirty_decay_ms:1000,muzzy_decay_ms:0",
    "MASTODON_SIDEKIQ_READY_FILENAME": "sidekiq_process_has_started_and_will_begin_processing_jobs",
    "MASTODON_DOUBLE_IMAGE": "rails",
}
_STREAMING = _COMMON | {"PORT": "4000", "MASTODON_DOUBLE_IMAGE": "streaming"}


def application_layer(package: Path, rootfs: Path, target: Path, library: str) -> None:
    """Owned by root, except the two writable directories."""
    with tarfile.open(target, "w", format=tarfile.PAX_FORMAT) as archive:
        seen: set[str] = set()
        for source, prefix in ((package, library), (rootfs, "")):
            for path in sorted(source.rglob("*")):
                name = str(Path(prefix) / path.relative_to(source))
                _add_parents(archive, name, seen)
                if path.is_dir():
                    _add_directory(archive, name, seen)
                else:
                    _add_file(archive, name, path.read_bytes(), path.stat().st_mode & 0o755)
        for name in WRITABLE:
            _add_parents(archive, name, seen)
            _add_directory(archive, name, seen, owner=MASTODON)
        link = tarfile.TarInfo("mastodon")
        link.type, link.linkname = tarfile.SYMTYPE, f"/{HOME}"
        archive.addfile(link)


def static_layer(version: str) -> bytes:
    """The files of one version, owned by root."""
    layer = io.BytesIO()
    with tarfile.open(fileobj=layer, mode="w", format=tarfile.PAX_FORMAT) as archive:
        seen: set[str] = set()
        for path, content in sorted(files(version).items()):
            name = f"{HOME}/{path}"
            _add_parents(archive, name, seen)
            _add_file(archive, name, content, 0o644)
    return layer.getvalue()


def _add_parents(archive: tarfile.TarFile, name: str, seen: set[str]) -> None:
    for parent in reversed(Path(name).parents):
        if str(parent) != ".":
            _add_directory(archive, str(parent), seen)


def _add_directory(archive: tarfile.TarFile, name: str, seen: set[str], owner: int = 0) -> None:
    if name not in seen:
        seen.add(name)
        entry = tarfile.TarInfo(name)
        entry.type, entry.mode, entry.uid, entry.gid = tarfile.DIRTYPE, 0o755, owner, owner
        archive.addfile(entry)


def _add_file(archive: tarfile.TarFile, name: str, content: bytes, mode: int) -> None:
    entry = tarfile.TarInfo(name)
    entry.size, entry.mode = len(content), mode
    archive.addfile(entry, io.BytesIO(content))


def _image_config(variables: dict[str, str], layers: Iterable[str], sources: str, process: dict[str, Any]) -> bytes:
    config = {
        "architecture": "amd64",
        "os": "linux",
        "config": {
            "User": "mastodon",  # by name, as in Mastodon's images: runAsNonRoot alone cannot verify it
            "WorkingDir": f"/{HOME}",
            "Env": [f"{name}={value}" for name, value in variables.items()],
            "Labels": {
                "org.opencontainers.image.title": "test double, NOT Mastodon",
                "fediverse.mastodon.double.sources": sources,
            },
            **process,
        },
        "rootfs": {"type": "layers", "diff_ids": [f"sha256:{layer}" for layer in layers]},
        "history": [{"created_by": "tests/double/pack.py"} for _ in layers],
    }
    return json.dumps(config, sort_keys=True).encode()


def _digest(path: Path) -> str:
    with path.open("rb") as content:
        return hashlib.file_digest(content, "sha256").hexdigest()


def images(target: Path, layer_files: list[Path], sources: str, versions: list[str]) -> None:
    shared = {_digest(path): path for path in layer_files}
    small: dict[str, bytes] = {}
    manifest, configs, ids = [], {}, {}
    for version in versions:
        static = static_layer(version)
        small[hashlib.sha256(static).hexdigest()] = static
        layers = [*shared, hashlib.sha256(static).hexdigest()]
        baked = {"MASTODON_DOUBLE_VERSION": version}
        rails = _image_config(
            _RAILS | baked, layers, sources, {"Entrypoint": ["/usr/bin/tini", "--"], "ExposedPorts": {"3000/tcp": {}}}
        )
        node = {"Cmd": ["node", "./streaming/index.js"], "ExposedPorts": {"4000/tcp": {}}}
        streaming = _image_config(_STREAMING | baked, layers, sources, node)
        for suffix, config in (("", rails), ("-streaming", streaming)):
            digest = hashlib.sha256(config).hexdigest()
            reference = f"{REPOSITORY}{suffix}:v{version}"
            configs[f"{digest}.json"], ids[reference] = config, f"sha256:{digest}"
            manifest.append(
                {
                    "Config": f"{digest}.json",
                    "RepoTags": [reference],
                    "Layers": [f"{layer}/layer.tar" for layer in layers],
                }
            )
    with tarfile.open(target, "w") as archive:
        for name, content in {**configs, "manifest.json": json.dumps(manifest).encode()}.items():
            _add_file(archive, name, content, 0o644)
        for layer, path in shared.items():
            archive.add(path, arcname=f"{layer}/layer.tar")
        for layer, content in small.items():
            _add_file(archive, f"{layer}/layer.tar", content, 0o644)
    target.with_suffix(".json").write_text(json.dumps(ids, indent=2))


def main(arguments: list[str]) -> None:
    verb, *rest = arguments
    if verb == "application":
        package, rootfs, target, library = rest
        application_layer(Path(package), Path(rootfs), Path(target), library)
    elif verb == "images":
        target, base, application, sources, *versions = rest
        images(Path(target), [Path(base), Path(application)], sources, versions)
    else:
        sys.exit(__doc__)


if __name__ == "__main__":
    main(sys.argv[1:])
