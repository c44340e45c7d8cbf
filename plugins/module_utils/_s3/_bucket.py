# Copyright: (c) 2026, the fediverse.mastodon contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a media bucket must say of itself: everyone may read an object, nobody may list them, browsers may use them."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any
from xml.etree import ElementTree

NAMESPACE = "http://s3.amazonaws.com/doc/2006-03-01/"
READ_METHODS = ("GET", "HEAD")
_STATEMENT = "MastodonMediaAnyoneMayRead"

Rule = dict[str, list[str]]


def read_policy(bucket: str) -> dict[str, Any]:
    """s3:GetObject for everyone, and no s3:ListBucket: a listing exposes private uploads (operators.md 7.2)."""
    return {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Sid": _STATEMENT,
                "Effect": "Allow",
                "Principal": "*",
                "Action": ["s3:GetObject"],
                "Resource": [f"arn:aws:s3:::{bucket}/*"],
            }
        ],
    }


def with_read_policy(current: Mapping[str, Any] | None, bucket: str) -> dict[str, Any]:
    """The current policy, and our statement if none of its own allows the same."""
    wanted = read_policy(bucket)
    if not current:
        return wanted
    statements = _as_list(current.get("Statement"))
    if any(_anyone_may_read(statement, bucket) for statement in statements):
        return dict(current)
    kept = [statement for statement in statements if statement.get("Sid") != _STATEMENT]
    return {**current, "Statement": [*kept, *wanted["Statement"]]}


def _anyone_may_read(statement: Mapping[str, Any], bucket: str) -> bool:
    principal = statement.get("Principal")
    everyone = principal == "*" or (isinstance(principal, Mapping) and "*" in _as_list(principal.get("AWS")))
    return (
        statement.get("Effect") == "Allow"
        and everyone
        and not statement.get("Condition")
        and bool({"s3:GetObject", "s3:*", "*"} & set(_as_list(statement.get("Action"))))
        and f"arn:aws:s3:::{bucket}/*" in _as_list(statement.get("Resource"))
    )


def parse_policy(document: bytes) -> dict[str, Any]:
    return dict(json.loads(document))


def with_cors_rule(current: Sequence[Rule], origins: Sequence[str]) -> list[Rule]:
    """The current rules, and one more if none of them lets all those origins read."""
    if any(_lets_read(rule, origins) for rule in current):
        return list(current)
    return [*current, {"AllowedOrigin": list(origins), "AllowedMethod": list(READ_METHODS), "AllowedHeader": ["*"]}]


def _lets_read(rule: Rule, origins: Iterable[str]) -> bool:
    allowed = rule.get("AllowedOrigin", [])
    return "GET" in rule.get("AllowedMethod", []) and ("*" in allowed or set(origins) <= set(allowed))


def parse_cors(document: bytes) -> list[Rule]:
    """The rules of a CORSConfiguration document, whatever namespace the store gives its elements."""
    rules: list[Rule] = []
    for element in ElementTree.fromstring(document):
        if _local(element.tag) != "CORSRule":
            continue
        rule: Rule = {}
        for field in element:
            rule.setdefault(_local(field.tag), []).append(field.text or "")
        rules.append(rule)
    return rules


def cors_document(rules: Iterable[Rule]) -> bytes:
    """The CORSConfiguration document of these rules."""
    root = ElementTree.Element("CORSConfiguration", xmlns=NAMESPACE)
    for rule in rules:
        element = ElementTree.SubElement(root, "CORSRule")
        for name, values in rule.items():
            for value in values:
                ElementTree.SubElement(element, name).text = value
    return ElementTree.tostring(root, encoding="utf-8", xml_declaration=True)


def creation_document(region: str) -> bytes:
    """The body of a request that makes a bucket; AWS wants none for the region it started with."""
    if region == "us-east-1":
        return b""
    root = ElementTree.Element("CreateBucketConfiguration", xmlns=NAMESPACE)
    ElementTree.SubElement(root, "LocationConstraint").text = region
    return ElementTree.tostring(root, encoding="utf-8", xml_declaration=True)


def error_of(document: bytes) -> str:
    """The code and message of an S3 error answer, or nothing if it is not one."""
    try:
        root = ElementTree.fromstring(document)
    except ElementTree.ParseError:
        return ""
    found = {_local(element.tag): (element.text or "").strip() for element in root.iter()}
    return ": ".join(part for part in (found.get("Code"), found.get("Message")) if part)


def _local(tag: str) -> str:
    return tag.rpartition("}")[2]


def _as_list(value: Any) -> list[Any]:
    if value is None:
        return []
    return list(value) if isinstance(value, (list, tuple)) else [value]
