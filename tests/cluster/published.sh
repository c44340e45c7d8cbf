# shellcheck shell=bash
# The ordinary way: programs as their projects publish them. Sourced by `bed`.

published_programs() {
  published_program kind "https://kind.sigs.k8s.io/dl/v$KIND/kind-$(system)-$(machine)"
  published_program kubectl "https://dl.k8s.io/release/v$KUBERNETES/bin/$(system)/$(machine)/kubectl"
}

published_program() { # NAME URL: the one that is installed, else the one of the pinned version
  if has "$1"; then return; fi
  step "fetching $1" download "$2" "$BIN/$1"
  chmod 755 "$BIN/$1"
}

system() { uname | tr '[:upper:]' '[:lower:]'; }
