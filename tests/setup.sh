#!/usr/bin/env bash
# Everything the project needs on a fresh machine but a cluster: a virtual environment with the tools, and the dependency collections.
# A second run does nothing. `PYTHON=/path/to/python3` chooses the interpreter; else the newest of 3.13, 3.12, 3.11 that works.
set -euo pipefail
root=$(cd "$(dirname "$0")/.." && pwd)
cd "$root"
say() { printf '%s %s\n' "$(date +%T)" "$*" >&2; }

interpreter() {
  local version candidate
  [ -n "${PYTHON:-}" ] && { echo "$PYTHON"; return; }
  for version in 3.13 3.12 3.11; do
    for candidate in "python$version" "${PYENV_ROOT:-$HOME/.pyenv}"/versions/"$version".*/bin/python3; do
      "$candidate" -c 'import venv, ensurepip' 2>/dev/null && { echo "$candidate"; return; }
    done
  done
  echo "Python 3.11 or newer with venv is needed; set PYTHON=/path/to/python3" >&2
  return 1
}

tools() {
  local wanted installed=.venv/.requirements
  wanted=$(sha256sum requirements.txt tests/requirements.txt tests/constraints.txt | sha256sum)
  [ "$(cat "$installed" 2>/dev/null)" = "$wanted" ] && return
  local python; python=$(interpreter)
  say "making .venv with $("$python" --version) and installing the tools (about a minute)"
  "$python" -m venv --clear .venv
  .venv/bin/python -m pip install --quiet --disable-pip-version-check -c tests/constraints.txt -r tests/requirements.txt
  echo "$wanted" >"$installed"
}

collections() { # kubernetes.core and community.hashi_vault at the versions the `ansible` package carries: Galaxy may be out of reach
  local tree=.cache/collections/ansible_collections package
  package=$(.venv/bin/python -c 'import sys; print("14.5.0" if sys.version_info >= (3, 12) else "12.3.0")')
  if [ "$(cat "$tree/.ansible" 2>/dev/null)" != "$package" ]; then
    say "fetching the dependency collections out of ansible $package"
    rm -rf "$tree" .cache/wheel
    mkdir -p "$tree"
    .venv/bin/python -m pip download --quiet --disable-pip-version-check --no-deps --dest .cache/wheel "ansible==$package"
    .venv/bin/python - .cache/wheel/*.whl .cache/collections <<'PYTHON'
import sys
import zipfile

wanted = ("ansible_collections/kubernetes/core/", "ansible_collections/community/hashi_vault/")
with zipfile.ZipFile(sys.argv[1]) as wheel:
    wheel.extractall(sys.argv[2], [name for name in wheel.namelist() if name.startswith(wanted)])
PYTHON
    rm -rf .cache/wheel
    echo "$package" >"$tree/.ansible"
  fi
  mkdir -p "$tree/fediverse"
  ln -sfn "$root" "$tree/fediverse/mastodon"
}

tools
collections
