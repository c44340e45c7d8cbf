# shellcheck shell=bash
# Compile programs from published Go modules. Sourced by `bed`. What is there in the right version is not built again.

E2E_SETS=(node cnpg gateway s3) # what `make test` and `make demo` need

build() {
  local set
  go_ready
  has jq || host_ready
  if [ $# -eq 0 ]; then set -- e2e; fi
  for set in "$@"; do
    case $set in
      core)
        program "go.etcd.io/etcd/server/v3@v$ETCD" go.etcd.io/etcd/server/v3 "$BIN/etcd"
        kubernetes kube-apiserver kube-controller-manager kube-scheduler kubectl ;;
      simulated)
        build core
        program "sigs.k8s.io/kwok@v$KWOK" sigs.k8s.io/kwok/cmd/kwok "$BIN/kwok"
        program "sigs.k8s.io/kwok@v$KWOK" sigs.k8s.io/kwok/cmd/kwokctl "$BIN/kwokctl" ;;
      node)
        build core
        kubernetes kubelet kube-proxy kubeadm
        program "sigs.k8s.io/kind@v$KIND" sigs.k8s.io/kind "$BIN/kind"
        program "sigs.k8s.io/cri-tools@v$CRICTL" sigs.k8s.io/cri-tools/cmd/crictl "$BIN/crictl"
        local plugin
        for plugin in main/bridge main/loopback main/ptp ipam/host-local meta/portmap; do
          program "github.com/containernetworking/plugins@v$CNI_PLUGINS" \
            "github.com/containernetworking/plugins/plugins/$plugin" "$BIN/cni/${plugin##*/}"
        done
        program "github.com/coredns/coredns@v$COREDNS" github.com/coredns/coredns "$BIN/coredns" ;;
      cnpg)
        program "github.com/cloudnative-pg/cloudnative-pg@v$CLOUDNATIVE_PG" \
          github.com/cloudnative-pg/cloudnative-pg/cmd/manager "$BIN/cnpg-manager" ;;
      backup)
        program "github.com/cloudnative-pg/plugin-barman-cloud@v$BARMAN_PLUGIN" \
          github.com/cloudnative-pg/plugin-barman-cloud/cmd/manager "$BIN/barman-plugin" ;;
      gateway)
        program "github.com/envoyproxy/gateway@v$ENVOY_GATEWAY" \
          github.com/envoyproxy/gateway/cmd/envoy-gateway "$BIN/envoy-gateway"
        program "helm.sh/helm/v4@v$HELM" helm.sh/helm/v4/cmd/helm "$BIN/helm" ;;
      s3) program "github.com/versity/versitygw@v$VERSITYGW" github.com/versity/versitygw/cmd/versitygw "$BIN/versitygw" ;;
      traefik)
        if ! built_from "github.com/traefik/traefik/v3@v$TRAEFIK" "$BIN/traefik"; then
          step "building traefik v$TRAEFIK" build_traefik
        fi ;;
      vault) program "github.com/hashicorp/vault@v$VAULT" github.com/hashicorp/vault "$BIN/vault" ;;
      e2e) build "${E2E_SETS[@]}" ;;
      all) build simulated e2e backup traefik vault ;;
      *) die "build: no such set: $set" ;;
    esac
  done
}

program() { # MODULE@VERSION PACKAGE OUTPUT
  if built_from "$1" "$3"; then return; fi
  step "building ${3##*/} ${1##*@}" build_program "$@"
}

build_program() { # in a throwaway module that requires the program's: this works where a proxy refuses version lists, which `go install` asks for
  local module=$SRC/${3##*/}
  mkdir -p "$module"
  printf 'module bed/%s\n\ngo 1.26.2\n\nrequire %s %s\n' "${3##*/}" "${1%@*}" "${1##*@}" >"$module/go.mod"
  compile "$module" "$2" "$3"
}

kubernetes() { # PROGRAM...
  local name
  for name in "$@"; do
    if built_from "k8s.io/kubernetes@v$KUBERNETES" "$BIN/$name"; then continue; fi
    step "building $name v$KUBERNETES" build_kubernetes "$name"
  done
}

build_kubernetes() { # k8s.io/kubernetes replaces its staging modules by relative paths: point each at its published twin
  local module=$SRC/kubernetes minor version=k8s.io/component-base/version
  mkdir -p "$module"
  cd "$module" || exit
  minor=${KUBERNETES#1.}
  {
    printf 'module bed/kubernetes\n\ngo 1.26.2\n\nrequire k8s.io/kubernetes v%s\n\n' "$KUBERNETES"
    sed -nE "s#^[[:space:]]*(k8s.io/[a-z0-9-]+) => ./staging.*#replace \1 => \1 v0.$minor#p" \
      "$(module_dir "k8s.io/kubernetes@v$KUBERNETES")/go.mod"
  } >go.mod
  compile "$module" "k8s.io/kubernetes/cmd/$1" "$BIN/$1" "-X $version.gitVersion=v$KUBERNETES -X $version.gitMajor=1 \
    -X $version.gitMinor=${minor%%.*} -X $version.gitTreeState=clean -X k8s.io/client-go/pkg/version.gitVersion=v$KUBERNETES"
}

compile() { # DIR PACKAGE OUTPUT [LDFLAGS]
  mkdir -p "$(dirname "$3")"
  cd "$1" || exit
  CGO_ENABLED=0 GOTOOLCHAIN=local GOWORK=off GOFLAGS="-mod=mod -trimpath -buildvcs=false" \
    go build -ldflags "-s -w ${4:-}" -o "$3.part" "$2"
  mv "$3.part" "$3"
}

built_from() { # MODULE@VERSION PROGRAM: a Go program knows what it was built from
  [ -x "$2" ] && [ "$(go version -m "$2" 2>/dev/null | awk '$1 == "mod" {print $2 "@" $3}')" = "$1" ]
}

module_dir() { # MODULE@VERSION: where its files lie
  mkdir -p "$SRC/modules"
  printf 'module bed/modules\n' >"$SRC/modules/go.mod"
  ( go_ready && cd "$SRC/modules" && GOTOOLCHAIN=local GOWORK=off GOFLAGS=-mod=mod go mod download -json "$1" | jq -r .Dir )
}
