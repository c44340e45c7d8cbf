"""How long a run takes that has nothing to do, as a ratio to Ansible's own start in the same run."""

from __future__ import annotations

import statistics
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
INVENTORY = ROOT / "molecule/split_domain/inventory.yml"
TEST_CLUSTER = ["-e", f"@{ROOT}/tests/support/test_cluster.yml"]
REPEATS = 5


def seconds(*command: str) -> float:
    started = time.monotonic()
    done = subprocess.run(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False)
    if done.returncode:
        sys.exit(f"{' '.join(command)}\n{done.stdout}")
    if "site" in command[-1] and "changed=0" not in done.stdout:
        sys.exit(f"the run that should change nothing changed something:\n{done.stdout}")
    return time.monotonic() - started


def main() -> None:
    ping = ["ansible", "localhost", "-m", "ansible.builtin.ping"]
    site = ["ansible-playbook", "-i", str(INVENTORY), *TEST_CLUSTER, "fediverse.mastodon.site"]
    prepare = ["ansible-playbook", "-i", str(INVENTORY), *TEST_CLUSTER, str(ROOT / "tests/support/prepare.yml")]
    print("site.yml: converging an instance to measure", flush=True)
    subprocess.run(prepare, cwd=ROOT, stdout=subprocess.DEVNULL, check=True)
    subprocess.run(site, cwd=ROOT, stdout=subprocess.DEVNULL, check=True)
    start = statistics.median(seconds(*ping) for _ in range(REPEATS))
    nothing = statistics.median(seconds(*site) for _ in range(REPEATS))
    print(f"site.yml with nothing to do: {nothing:.1f} s (aim: under 8 s here);")
    print(f"  {nothing / start:.1f} times Ansible's own start ({start:.1f} s)")


if __name__ == "__main__":
    main()
