"""The check of the caches, run as it is with a valkey-cli that answers from a script."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).parents[3]
SCRIPT = yaml.safe_load((ROOT / "roles/cache/vars/main.yml").read_text())["__cache_check_script"]

# Answers a Sentinel with the file of its name, and the primary as a server that is fit.
CLIENT = """#!/bin/sh
host=
while [ $# -gt 0 ]; do
  case "$1" in
    -h) host=$2; shift 2 ;;
    -p|-n) shift 2 ;;
    -e) shift ;;
    *) break ;;
  esac
done
case "$1" in
  SENTINEL) [ -f "$ANSWERS/$host" ] || { echo "Could not connect"; exit 1; }; cat "$ANSWERS/$host" ;;
  PING) [ "$host" = 10.0.0.1 ] && echo PONG ;;
  INFO) printf 'redis_version:7.2.4\\r\\nmaxmemory_policy:noeviction\\r\\naof_enabled:1\\r\\n' ;;
  EVAL) echo 0 ;;
esac
"""


@pytest.fixture(name="check")
def fixture_check(tmp_path):
    client = tmp_path / "valkey-cli"
    client.write_text(CLIENT)
    client.chmod(0o755)
    # Nobody waits in a test.
    (tmp_path / "sleep").write_text("#!/bin/sh\n")
    (tmp_path / "sleep").chmod(0o755)

    def check(sentinels, **answers):
        for host, answer in answers.items():
            (tmp_path / host).write_text(answer)
        environment = {
            **os.environ,
            "PATH": f"{tmp_path}:{os.environ['PATH']}",
            "ANSWERS": str(tmp_path),
            "PURPOSE": "base",
            "HOST": "",
            "PORT": "6379",
            "DB": "0",
            "OPTIONS": "",
            "SENTINELS": sentinels,
            "SENTINEL_MASTER": "main",
            "SENTINEL_OPTIONS": "",
        }
        return subprocess.run(
            ["sh", "-euc", SCRIPT], env=environment, capture_output=True, text=True, check=False, timeout=60
        )

    return check


PRIMARY, UNKNOWN = "10.0.0.1\n6379\n", "\n"


@pytest.mark.parametrize(
    "answers", [{"one": PRIMARY}, {"two": PRIMARY}, {"one": UNKNOWN, "two": PRIMARY}, {"one": "", "two": PRIMARY}]
)
def test_any_sentinel_that_knows_the_primary_will_do(check, answers):
    done = check("one:26379 two:26379", **answers)
    assert done.stdout.endswith("base: 10.0.0.1 port 6379 is fit for Mastodon.\n")
    assert done.returncode == 0


@pytest.mark.parametrize("answers", [{}, {"one": UNKNOWN}, {"one": UNKNOWN, "two": UNKNOWN}])
def test_a_primary_that_no_sentinel_knows_is_a_failure(check, answers):
    done = check("one:26379 two:26379", **answers)
    assert "no Sentinel knows the primary main" in done.stdout
    assert done.returncode == 1
