# shellcheck shell=bash
# Source me: puts the project's tools, this collection and its dependency collections where ansible and pytest find them.
# `make setup` makes what this points at.
_root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
export PATH="$_root/.venv/bin:$PATH"
export ANSIBLE_COLLECTIONS_PATH="$_root/.cache/collections"
export PYTHONPATH="$_root/.cache/collections"
export ANSIBLE_CONFIG="$_root/tests/ansible.cfg"
unset _root
