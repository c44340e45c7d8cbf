# Copyright: (c) 2026, the fediverse.mastodon contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Check the user's variables against the roles' argument specifications: what types, choices and presence can say."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from ansible.module_utils.common.arg_spec import ArgumentSpecValidator
from ansible_collections.fediverse.mastodon.plugins.module_utils._validate._mistake import Mistake

Options = Mapping[str, Mapping[str, Any]]

# Keys of a role's argument specification that describe an option to people; the validator does not know them.
_FOR_PEOPLE = frozenset({"description", "version_added"})

# ansible-doc's markup, as in V(s3): a message shows the text alone.
_MARKUP = re.compile(r"\b[A-Z]+\(([^()]*)\)")


def argument_mistakes(options: Options, provided: Mapping[str, Any]) -> Iterator[Mistake]:
    """What is missing, of a wrong type or not among the choices, one mistake for each fault found."""
    for name, option in options.items():
        if provided.get(name) is None:
            if option.get("required"):
                yield Mistake(name, "is required and not set", f"set it: {_purpose(option)}")
            continue
        result = ArgumentSpecValidator({name: _for_validator(option)}).validate({name: provided[name]})
        for message in result.error_messages:
            yield Mistake(name, message, f"give {_expected(option)}: {_purpose(option)}")


def with_defaults(options: Options, provided: Mapping[str, Any]) -> dict[str, Any]:
    """The value every variable ends up with, but for defaults that are templates: they follow from other variables."""
    defaults = {
        name: option["default"]
        for name, option in options.items()
        if "default" in option and not _is_template(option["default"])
    }
    return {**defaults, **{name: value for name, value in provided.items() if value is not None}}


def _is_template(value: Any) -> bool:
    return isinstance(value, str) and "{{" in value


def _for_validator(option: Mapping[str, Any]) -> dict[str, Any]:
    spec = {
        key: value for key, value in option.items() if key not in _FOR_PEOPLE and key not in ("default", "required")
    }
    if isinstance(spec.get("options"), Mapping):
        spec["options"] = {name: _for_suboption(suboption) for name, suboption in spec["options"].items()}
    return spec


def _for_suboption(option: Mapping[str, Any]) -> dict[str, Any]:
    spec = _for_validator(option)
    if option.get("required"):
        spec["required"] = True
    return spec


def _expected(option: Mapping[str, Any]) -> str:
    if option.get("choices"):
        return "one of " + ", ".join(str(choice) for choice in option["choices"])
    kind = str(option.get("type", "str"))
    return f"a list of {option['elements']}" if kind == "list" and "elements" in option else f"a value of type {kind}"


def _purpose(option: Mapping[str, Any]) -> str:
    description = option.get("description", "")
    first = description if isinstance(description, str) else next(iter(description), "")
    return _MARKUP.sub(r"\1", " ".join(first.split())).rstrip(".")
