"""Write the options that the environment's catalog knows into the argument specification of the role app.

    python tests/support/app_argument_specs.py

Everything else in that file is written by hand and kept. tests/unit/roles/test_app_argument_specs.py fails when the two
have diverged.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml
from ansible_collections.fediverse.mastodon.plugins.module_utils._environment._catalog import SUBJECTS
from ansible_collections.fediverse.mastodon.plugins.module_utils._environment._settings import EXTRA

FILE = Path(__file__).parents[2] / "roles/app/meta/argument_specs.yml"


class Dumper(yaml.SafeDumper):
    """Lists indented as yamllint wants them, and nothing written as a reference to something before."""

    def increase_indent(self, flow: bool = False, indentless: bool = False) -> None:
        super().increase_indent(flow, False)

    def ignore_aliases(self, data: Any) -> bool:
        return True


def updated(text: str) -> str:
    """The file's text with the catalog's options in their places."""
    document = yaml.safe_load(text)
    options = document["argument_specs"]["main"]["options"]
    for group in SUBJECTS:
        options[group.variable] = {
            "type": "dict",
            "default": {},
            "description": group.help,
            "options": plain(group.arguments()),
        }
    options["app_extra_environment"]["options"] = plain(EXTRA)
    dumped = yaml.dump(document, Dumper=Dumper, sort_keys=False, width=130, allow_unicode=True)
    return f"---\n{dumped}"


def plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: plain(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [plain(item) for item in value]
    return value


if __name__ == "__main__":
    FILE.write_text(updated(FILE.read_text()))
