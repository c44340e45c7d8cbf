# shellcheck shell=bash
# What the machine itself needs to make a cluster: Debian packages and Go. Sourced by `bed`.

host_ready() {
  local packages
  packages=$(missing_packages)
  if [ -z "$packages" ]; then return; fi
  [ "$(id -u)" = 0 ] || die "needs root to install $(paste -sd ' ' <<<"$packages")"
  has apt-get || die "needs $(paste -sd ' ' <<<"$packages"), and this is no Debian to install them on"
  step "installing packages" install_host_packages "$packages"
}

missing_packages() { # one a line
  local pair
  for pair in curl:curl debootstrap:debootstrap ip:iproute2 jq:jq openssl:openssl python3:python3; do
    has "${pair%%:*}" || echo "${pair##*:}"
  done
  { has gcc && [ -f "$(gcc -print-file-name=libc.a)" ]; } || printf '%s\n' gcc libc6-dev
  if ! docker_answers; then
    has dockerd || echo docker.io
    has docker || echo docker-cli # a package of its own since Debian 13
  fi
}

install_host_packages() { # NAMES, one a line
  local name names=()
  apt-get update
  while read -r name; do
    if [ "$name" = docker-cli ] && ! apt-cache show docker-cli; then continue; fi
    names+=("$name")
  done <<<"$1"
  DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends "${names[@]}"
}

python_with_pip() {
  local python
  for python in "$HERE/../../.venv/bin/python" python3; do
    if "$python" -m pip --version >/dev/null 2>&1; then echo "$python"; return; fi
  done
  step "installing python3-pip" install_host_packages python3-pip
  echo python3
}

go_ready() { # a new enough Go on PATH; where the machine has none, the one that the Go project publishes as a module
  local own=$BED/go-$GO version
  version=$(GOTOOLCHAIN=local go env GOVERSION 2>/dev/null || true)
  if [ -n "$version" ] && printf '%s\n' "$GO_OLDEST" "${version#go}" | sort -V -C; then return; fi
  [ -x "$own/bin/go" ] || step "fetching Go $GO" fetch_go "$own"
  PATH=$own/bin:$PATH
}

fetch_go() { # DIR
  local name sum
  local proxy=${GOPROXY:?there is no Go $GO_OLDEST here: install it, or name in GOPROXY the Go module proxy to fetch it from}
  name=v0.0.1-go$GO.linux-$(machine)
  sum=GO_SHA256_$(machine)
  download "${proxy%%[,|]*}/golang.org/toolchain/@v/$name.zip" "$1.zip"
  echo "${!sum:?no Go is known for $(machine)}  $1.zip" | sha256sum --check
  rm -rf "$1.part"
  python3 -m zipfile -e "$1.zip" "$1.part"
  chmod 755 "$1.part/golang.org/toolchain@$name"/bin/* "$1.part/golang.org/toolchain@$name"/pkg/tool/*/*
  mv "$1.part/golang.org/toolchain@$name" "$1"
  rm -rf "$1.part" "$1.zip"
}
