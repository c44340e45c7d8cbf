"""playbooks/verify.yml as its user runs it, of an instance that this collection did not deploy."""

from __future__ import annotations

import json
import os
import subprocess
from contextlib import ExitStack
from pathlib import Path

import pytest
from support.fediverse import APEX, WEB, Fediverse
from support.loopback import Authority, serving

ROOT = Path(__file__).parents[3]


@pytest.fixture
def instance(tmp_path):
    """Serves a fediverse and returns what leads to it, as extra variables."""
    with ExitStack() as running:

        def start(fediverse):
            bed = running.enter_context(serving(Authority(tmp_path), fediverse))
            return {"edge_resolve": list(bed.resolve), "edge_ca_file": str(bed.authority.path)}

        yield start


def verify(directory, *arguments, **variables):
    # No inventory, no cluster: the web domain is all that is known of it.
    environment = {name: value for name, value in os.environ.items() if "KUBE" not in name and "K8S" not in name}
    command = ["ansible-playbook", "fediverse.mastodon.verify", "-i", "localhost,"]
    command += ["-e", json.dumps({"mastodon_web_domain": WEB, **variables}), *arguments]
    return subprocess.run(
        command, cwd=ROOT, env={**environment, "HOME": str(directory)}, capture_output=True, text=True, check=False
    )


def test_the_web_domain_alone_is_enough(instance, tmp_path):
    done = verify(tmp_path, **instance(Fediverse()))
    assert done.returncode == 0, done.stdout
    assert "ok: C1 C2 C3" in done.stdout
    assert "What other servers rely on holds in every clause." in done.stdout


def test_a_fault_is_told_with_its_cure_and_fails(instance, tmp_path):
    def without_cors(ask, answer):
        return answer.but(Access_Control_Allow_Origin=None) if ask.host == APEX else answer

    report = tmp_path / "report.json"
    done = verify(tmp_path, verify_report=str(report), **instance(Fediverse(change=without_cors)))
    assert done.returncode == 2
    assert "C5 CORS: drift; got" in done.stdout and "Set the header to * there" in done.stdout
    assert "What other servers rely on does not hold in C5." in done.stdout
    told = json.loads(report.read_text())
    assert (told["ok"], told["drift"], told["local_domain"]) == (False, ["C5"], APEX)


def test_a_name_that_is_none_is_one_sentence(tmp_path):
    done = verify(tmp_path, mastodon_web_domain="https://social.example.org/")
    assert done.returncode == 2
    assert "'https://social.example.org/' is not a domain name such as social.example.org." in done.stdout
    assert "Traceback" not in done.stdout
