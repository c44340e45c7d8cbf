#!/usr/bin/env bash
# examples/first-instance on the test cluster, from nothing to its card. Run through `make demo`.
set -euo pipefail
cd "$(dirname "$0")/.."
say() { printf '%s %s\n' "$(date +%T)" "$*" >&2; }
inventory=${DEMO_INVENTORY:-examples/first-instance/inventory.yml}
overrides=()

if [ "$(tests/cluster/bed source)" = given ]; then
  say "The cluster in KUBECONFIG is used as it is, with the inventory $inventory and the Secrets it names."
  say "Copy that inventory, change its domains and point DEMO_INVENTORY at the copy."
else
  say "Preparing what an administrator brings along: a certificate and the storage's keys"
  overrides=(-e @tests/support/test_cluster.yml -e @tests/support/demo.yml)
  ansible-playbook -i "$inventory" tests/support/prepare.yml "${overrides[@]}" >/dev/null
fi
ansible-playbook -i "$inventory" fediverse.mastodon.site "${overrides[@]}"
if [ "$(tests/cluster/bed source)" = self-made ]; then
  say "Mastodon's images cannot be had here: what runs is its double (tests/double/README.md), never to be mistaken for it."
fi

look_up=$(mktemp)
trap 'rm -f "$look_up"' EXIT
ansible-playbook -i "$inventory" tests/support/look_up.yml "${overrides[@]}" -e "look_up_file=$look_up" >/dev/null
say "To go on in a shell of yours, here: its set-up, the same run again, and the handle as other servers look it up."
# shellcheck disable=SC2016 # the shell that it is pasted into expands it
printf '%s\n' 'source tests/env.sh; eval "$(tests/cluster/bed env)"'
printf '%q ' ansible-playbook -i "$inventory" fediverse.mastodon.site "${overrides[@]}" | sed 's/ $/\n/'
cat "$look_up"
