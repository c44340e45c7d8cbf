# Two commands do everything on a fresh machine: `make demo` and `make test`. The rest is their parts.
SHELL := bash
.SHELLFLAGS := -euo pipefail -c
.ONESHELL:
.SILENT:
ENV := source tests/env.sh
# The end-to-end tests that CI has the time for.
WHOLE := test_bad_input test_site test_two_instances test_upgrade test_federation
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

judges: setup ## independent clients of other projects agree with the federation check
	$(ENV)
	tests/judges/setup.sh
	pytest tests/judges -n auto -q

sanity: setup ## ansible-test sanity and units, galaxy-importer
	$(ENV)
	tests/sanity.sh

api: cluster ## the engine against a real API server
	$(CLUSTER)
	[ "$$(tests/cluster/bed source)" = given ] || tests/cluster/bed crds
	pytest tests/api -q

e2e: cluster ## whole instances on a real cluster: pytest and the molecule scenarios
	$(CLUSTER)
	pytest $(WHOLE:%=tests/e2e/%.py) -q
	tests/molecule.sh

roles: cluster ## what takes long: each role and module by itself, upgrades that are killed or fail, the double; over an hour
	$(CLUSTER)
	[ "$$(tests/cluster/bed source)" = given ] || tests/cluster/bed crds
	[ "$$(tests/cluster/bed source)" = given ] || tests/cluster/bed operators traefik
	pytest tests/e2e -q $(WHOLE:%=--ignore=tests/e2e/%.py)
	pytest tests/double/selfcheck -q

benchmark: cluster ## ratios, measured in one run on one machine, and the doctor's limits
	$(CLUSTER)
	tests/benchmark/run.sh

test: lint unit judges sanity cluster api e2e ## what CI runs

down: ## stop the test cluster; what was built stays
	tests/cluster/bed down

.PHONY: help setup cluster demo lint unit judges sanity api e2e roles benchmark test down
