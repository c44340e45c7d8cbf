# Two commands do everything on a fresh machine: `make demo` and `make test`. The rest is their parts.
SHELL := bash
.SHELLFLAGS := -euo pipefail -c
.ONESHELL:
.SILENT:
ENV := source tests/env.sh
CLUSTER := $(ENV); eval "$$(tests/cluster/bed env)"

help: ## this text
	grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 14

setup: ## a virtual environment with the tools, and the dependency collections
	tests/setup.sh

cluster: setup ## a cluster with the operators: the one in KUBECONFIG, else kind
	tests/cluster/ready.sh

demo: cluster ## a whole instance from nothing, ending with its card; run it again to see changed=0
	$(CLUSTER)
	tests/demo.sh

lint: setup ## formatting and rules of Python, YAML, shell and Ansible
	$(ENV)
	tests/lint.sh

unit: setup ## what needs no cluster
	$(ENV)
	pytest tests/unit -n auto -q

sanity: setup ## ansible-test sanity and units, galaxy-importer
	$(ENV)
	tests/sanity.sh

api: cluster ## the engine against a real API server
	$(CLUSTER)
	pytest tests/api -q

e2e: cluster ## whole instances on a real cluster: pytest and the molecule scenarios
	$(CLUSTER)
	pytest tests/e2e -q
	tests/molecule.sh

benchmark: cluster ## ratios, measured in one run on one machine
	$(CLUSTER)
	tests/benchmark/run.sh

test: lint unit sanity cluster api e2e ## everything

down: ## stop the test cluster; what was built stays
	tests/cluster/bed down

.PHONY: help setup cluster demo lint unit sanity api e2e benchmark test down
