"""Objects recorded from a real cluster, by subject and name."""

from __future__ import annotations

import copy
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml

FIXTURES = Path(__file__).parents[3] / "fixtures"


@cache
def _subject(name: str) -> dict[str, Any]:
    return yaml.safe_load((FIXTURES / f"{name}.yaml").read_text(encoding="utf-8"))


@pytest.fixture(name="recorded")
def fixture_recorded() -> Callable[[str, str], Any]:
    """``recorded("pods", "crashing")`` is a copy that a test may change."""
    return lambda subject, name: copy.deepcopy(_subject(subject)[name])
