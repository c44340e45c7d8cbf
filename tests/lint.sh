#!/usr/bin/env bash
# Formatting and rules, each tool configured once: pyproject.toml, .ansible-lint, .yamllint. Run through `make lint`.
set -euo pipefail
cd "$(dirname "$0")/.."
say() { printf '%s %s\n' "$(date +%T)" "$*" >&2; }

say "ruff"
ruff check .
ruff format --check .
say "mypy"
(cd .cache/collections && MYPYPATH=. mypy --config-file ../../pyproject.toml -p ansible_collections.fediverse.mastodon.plugins)
say "shellcheck"
git grep -lIE --untracked '^#!.*\b(bash|sh)$|^# shellcheck shell' | xargs shellcheck -x
say "ansible-lint (profile production)"
ansible-lint --offline
say "antsibull-changelog"
antsibull-changelog lint
