"""The filter that loads all others where Ansible has not forked yet."""

import os
import subprocess
import sys
from pathlib import Path

FILTERS = Path(__file__).parents[4] / "plugins/filter"
LOAD = """
import sys
from ansible.plugins.loader import filter_loader, init_plugin_loader
init_plugin_loader()
filter_loader.get("fediverse.mastodon.zygote")
prefix = "ansible_collections.fediverse.mastodon.plugins.filter."
print(*(name.removeprefix(prefix) for name in sys.modules if name.startswith(prefix)))
"""


def test_it_comes_last_in_the_alphabet():
    assert max(file.stem for file in FILTERS.glob("*.py")) == "zygote"


def test_ansible_loads_all_others_to_find_it():
    done = subprocess.run([sys.executable, "-c", LOAD], env=os.environ, capture_output=True, text=True, check=True)
    assert set(done.stdout.split()) == {file.stem for file in FILTERS.glob("*.py")}
