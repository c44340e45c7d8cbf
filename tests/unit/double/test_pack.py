from __future__ import annotations

import importlib.util
import json
import tarfile
from pathlib import Path

import pytest

SCRIPT = Path(__file__).resolve().parents[2] / "double" / "pack.py"
SPEC = importlib.util.spec_from_file_location("pack", SCRIPT)
pack = importlib.util.module_from_spec(SPEC)
SPEC.loader.exec_module(pack)


@pytest.fixture
def layer(tmp_path):
    for name in ("package/code.py", "rootfs/opt/mastodon/bin/rails"):
        path = tmp_path / name
        path.parent.mkdir(parents=True)
        path.write_text("x")
    (tmp_path / "rootfs/opt/mastodon/bin/rails").chmod(0o755)
    pack.application_layer(tmp_path / "package", tmp_path / "rootfs", tmp_path / "layer.tar", "usr/lib/python")
    return tmp_path / "layer.tar"


def entries(path):
    with tarfile.open(path) as archive:
        return {entry.name: entry for entry in archive}


def test_only_two_directories_belong_to_the_user(layer):
    """mastodon.md 3.2."""
    owned = {name for name, entry in entries(layer).items() if entry.uid == 991}
    assert owned == {"opt/mastodon/tmp", "opt/mastodon/public/system"}


def test_layout(layer):
    found = entries(layer)
    assert found["mastodon"].linkname == "/opt/mastodon"
    assert found["opt/mastodon/bin/rails"].mode == 0o755
    assert "usr/lib/python/code.py" in found


def test_same_sources_same_bytes(layer, tmp_path):
    pack.application_layer(tmp_path / "package", tmp_path / "rootfs", tmp_path / "again.tar", "usr/lib/python")
    assert layer.read_bytes() == (tmp_path / "again.tar").read_bytes()


def test_images_share_layers_and_differ_in_release_and_process(layer, tmp_path):
    base = tmp_path / "base.tar"
    base.write_bytes(b"base")
    target = tmp_path / "images.tar"
    pack.images(target, [base, layer], "hash", ["4.5.15", "4.6.5"])
    with tarfile.open(target) as archive:
        manifest = json.load(archive.extractfile("manifest.json"))
        configs = {
            image["RepoTags"][0]: json.load(archive.extractfile(image["Config"]))["config"] for image in manifest
        }
        (old, old_streaming, new, new_streaming) = (image["Layers"] for image in manifest)
        assert (old, new) == (old_streaming, new_streaming)
        assert old[:2] == new[:2]
        with tarfile.open(fileobj=archive.extractfile(new[2])) as static:
            (file,) = (name for name in static.getnames() if name.endswith(".js"))
            assert b"4.6.5" in static.extractfile(file).read()
        assert old[2] != new[2]
    assert json.loads(target.with_suffix(".json").read_text()).keys() == configs.keys()
    rails = configs["docker.io/fediverse-mastodon/double:v4.6.5"]
    streaming = configs["docker.io/fediverse-mastodon/double-streaming:v4.6.5"]
    assert ("Cmd" in rails, rails["Entrypoint"]) == (False, ["/usr/bin/tini", "--"])
    assert ("Entrypoint" in streaming, streaming["Cmd"]) == (False, ["node", "./streaming/index.js"])
    assert "MASTODON_DOUBLE_VERSION=4.6.5" in rails["Env"]
    assert "RAILS_ENV=production" in rails["Env"]
