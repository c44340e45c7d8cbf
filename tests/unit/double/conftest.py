"""The double's parts that need nothing but Python: psycopg, aiohttp and redis are in its image only."""

from __future__ import annotations

import sys
from pathlib import Path

TESTS = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(TESTS), str(TESTS / "double")]
