"""The documented permissions, as data."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import yaml

EXAMPLES = Path(__file__).resolve().parents[2] / "examples/permissions"
# A rule that stands in a comment, for a choice that is not the default.
OPTIONAL = re.compile(r"^ {6}# (?=- apiGroups:|  resources:|  verbs:)", re.MULTILINE)


def documents(name: str, *, optional: bool = False, **names: str) -> list[dict[str, Any]]:
    """The objects of a file. ``names``: what stands at the ends of lines -> what it is to be, as sed does it."""
    text = (EXAMPLES / name).read_text()
    for old, new in names.items():
        text = re.sub(rf"{old}$", new, text, flags=re.MULTILINE)
    if optional:
        text = OPTIONAL.sub(" " * 6, text)
    return list(yaml.safe_load(text)["items"])


def granted(role: dict[str, Any]) -> dict[tuple[str, str], set[str]]:
    """(API group, resource) -> verbs."""
    verbs: dict[tuple[str, str], set[str]] = {}
    for rule in role["rules"]:
        for group in rule["apiGroups"]:
            for resource in rule["resources"]:
                verbs.setdefault((group, resource), set()).update(rule["verbs"])
    return verbs
