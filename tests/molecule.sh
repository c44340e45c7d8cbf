#!/usr/bin/env bash
# The molecule scenarios, one after another: converge, idempotence and verify on a real cluster. Run through `make e2e`.
set -euo pipefail
cd "$(dirname "$0")/.."
for scenario in molecule/*/molecule.yml; do
  molecule test --scenario-name "$(basename "$(dirname "$scenario")")"
done
