#!/usr/bin/env bash
# The judges, in .cache/judges: a virtual environment with Python's and Node.js, and the npm packages. A second run does nothing.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
place=$(cd "$here/../.." && pwd)/.cache/judges
wanted=$(sha256sum "$here/requirements.txt" "$here/package.json" "$here/package-lock.json" | sha256sum)
mkdir -p "$place"
cp "$here"/package*.json "$here/judges.mjs" "$place" # where Node.js looks for the packages
[ "$(cat "$place/.installed" 2>/dev/null)" != "$wanted" ] || exit 0
printf '%s installing the independent judges (about a minute)\n' "$(date +%T)" >&2
rm -rf "$place/venv" "$place/node_modules"
"$here/../../.venv/bin/python" -m venv "$place/venv"
"$place/venv/bin/python" -m pip install --quiet --disable-pip-version-check -r "$here/requirements.txt"
PATH="$place/venv/bin:$PATH" npm --prefix "$place" ci --silent --no-audit --no-fund --ignore-scripts
echo "$wanted" >"$place/.installed"
