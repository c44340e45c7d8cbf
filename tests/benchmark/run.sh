#!/usr/bin/env bash
# All benchmarks, one after another, on the cluster of KUBECONFIG. Run through `make benchmark`.
# The numbers are to be read; only the doctor has limits that it must keep, and fails above them.
set -euo pipefail
cd "$(dirname "$0")"
python apply_set.py
python site.py
python doctor.py
