"""Cron expressions that Kubernetes takes, and those that it refuses when everything else is applied already."""

import pytest
from ansible_collections.fediverse.mastodon.plugins.module_utils._cron import fault

SOUND = [
    "15 23 * * 0",
    "*/5 1-3 * * 0",
    "0,30 22-23/1 1,15 JAN-mar sun,Sat",
    "5/15 ? ? * ?",
    "59 23 31 12 6",
    "0 0 1-1 * *",
    "0 0 31 2 *",
    "@monthly",
]
UNSOUND = [
    ("", "has 0 fields"),
    ("a b c d e", "has 'a' as the minute"),
    ("99 99 * * *", "has '99' as the minute, which goes from 0 to 59"),
    ("60 1 * * *", "from 0 to 59"),
    ("0 24 * * *", "from 0 to 23"),
    ("0 0 0 * *", "from 1 to 31"),
    ("0 0 * 13 *", "from 1 to 12"),
    ("0 0 * * 7", "from 0 to 6"),
    ("0 0 * * mo", "from 0 to 6"),
    ("mon 0 * * *", "from 0 to 59"),
    ("0 5-2 * * *", "ends before it begins"),
    ("*/0 1 * * *", "a step of 0 in the minute"),
    ("*-5 1 * * *", "as the minute"),
    ("1, 2 * * *", "as the minute"),
    ("-1 1 * * *", "as the minute"),
    ("1/-2 1 * * *", "as the minute"),
    ("0 0 1 * * *", "has 6 fields"),
    ("@fortnightly", "is none of"),
    ("CRON_TZ=UTC 0 1 * * *", "has 6 fields"),
]


@pytest.mark.parametrize("expression", SOUND)
def test_what_kubernetes_takes(expression):
    assert fault(expression) is None


@pytest.mark.parametrize(("expression", "problem"), UNSOUND)
def test_what_kubernetes_refuses(expression, problem):
    assert problem in fault(expression)
