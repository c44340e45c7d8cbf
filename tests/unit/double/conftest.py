"""The double's parts that need nothing but Python: psycopg, aiohttp and redis are in its image only."""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "double"))
