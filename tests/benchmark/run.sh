#!/usr/bin/env bash
# All benchmarks, one after another, on the cluster of KUBECONFIG. Run through `make benchmark`; nothing depends on the numbers.
set -euo pipefail
cd "$(dirname "$0")"
python apply_set.py
python site.py
python doctor.py
