"""Pack a directory into an image archive, as `docker load` and `ctr images import` read it: one layer, no engine."""

from __future__ import annotations

import argparse
import hashlib
import io
import json
import platform
import subprocess
import tarfile
import tempfile
from pathlib import Path

PATH = "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
ARCHITECTURES = {"x86_64": "amd64", "aarch64": "arm64"}


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("archive", type=Path, help="the archive to write")
    parser.add_argument("names", help="the image's names, NAME:TAG[,NAME:TAG...]")
    parser.add_argument("root", type=Path, help="the directory to pack")
    parser.add_argument("--entrypoint", default="", help="words, separated by commas")
    parser.add_argument("--cmd", default="", help="words, separated by commas")
    parser.add_argument("--user", default="", help="UID, UID:GID or a name")
    parser.add_argument("--workdir", default="/")
    parser.add_argument("--stop-signal", default="")
    parser.add_argument("--env", action="append", default=[], metavar="KEY=VALUE")
    return parser.parse_args()


def image_config(options: argparse.Namespace, layer_digest: str) -> bytes:
    """The image's configuration, as the OCI image specification describes it."""
    config = {"Env": [PATH, *options.env], "WorkingDir": options.workdir}
    if options.entrypoint:
        config["Entrypoint"] = options.entrypoint.split(",")
    if options.cmd:
        config["Cmd"] = options.cmd.split(",")
    if options.user:
        config["User"] = options.user
    if options.stop_signal:
        config["StopSignal"] = options.stop_signal
    machine = platform.machine()
    document = {
        "architecture": ARCHITECTURES.get(machine, machine),
        "os": "linux",
        "config": config,
        "rootfs": {"type": "layers", "diff_ids": [f"sha256:{layer_digest}"]},
        "history": [{"created_by": "pack_image.py"}],
    }
    return json.dumps(document).encode()


def add_bytes(archive: tarfile.TarFile, name: str, content: bytes) -> None:
    member = tarfile.TarInfo(name)
    member.size = len(content)
    archive.addfile(member, io.BytesIO(content))


def main() -> None:
    options = arguments()
    # Beside its destination, so that the whole archive takes its name at once: a killed run leaves no half image.
    with tempfile.TemporaryDirectory(dir=options.archive.parent, prefix="packing-") as directory:
        layer = Path(directory, "layer.tar")
        subprocess.run(["tar", "--numeric-owner", "-C", options.root, "-cf", layer, "."], check=True)
        with layer.open("rb") as stream:
            digest = hashlib.file_digest(stream, "sha256").hexdigest()
        config = image_config(options, digest)
        config_name = f"{hashlib.sha256(config).hexdigest()}.json"
        manifest = [{"Config": config_name, "RepoTags": options.names.split(","), "Layers": [f"{digest}/layer.tar"]}]
        packed = Path(directory, "image.tar")
        with tarfile.open(packed, "w") as archive:
            add_bytes(archive, config_name, config)
            add_bytes(archive, "manifest.json", json.dumps(manifest).encode())
            archive.add(layer, arcname=f"{digest}/layer.tar")
        packed.replace(options.archive)


if __name__ == "__main__":
    main()
