# shellcheck shell=bash
# Traefik with its own kinds and Ingresses, for tests of other edges than the Gateway. Sourced by `bed`.

operator_traefik() {
  local image=docker.io/library/traefik:v$TRAEFIK
  if self_made; then
    build traefik
    image_of_program "$image" "$BIN/traefik" /usr/local/bin/traefik --user 65532:65532
  fi
  once traefik "$TRAEFIK" install_traefik
  sed "s#@IMAGE@#$image#" "$HERE/manifests/traefik.yaml" | apply
  rollout bed-traefik traefik
  say "Traefik $TRAEFIK runs: service traefik in namespace bed-traefik, IngressClass traefik"
}

install_traefik() { # its kinds
  local file=docs/content/reference/dynamic-configuration/kubernetes-crd-definition-v1.yml
  if self_made; then
    apply <"$(module_dir "github.com/traefik/traefik/v3@v$TRAEFIK")/$file"
  else
    fetch "https://raw.githubusercontent.com/traefik/traefik/v$TRAEFIK/$file" | apply
  fi
}

present_traefik() { kubectl get ingressclass traefik >/dev/null 2>&1; }

build_traefik() { # the published module lacks the built web interface and a nested module, and brings 150 DNS providers with it
  local module=$SRC/traefik source original
  source=$module/source
  original=$(module_dir "github.com/traefik/traefik/v3@v$TRAEFIK")
  discard "$module"
  mkdir -p "$module"
  cp -r "$original" "$source"
  chmod -R u+w "$source"
  mkdir -p "$source/webui/static" "$source/pkg/config/dynamic/ext" "$source/pkg/provider/acme/nodns"
  echo "no web interface" >"$source/webui/static/index.html"
  printf 'module github.com/traefik/traefik/dynamic/ext\n' >"$source/pkg/config/dynamic/ext/go.mod"
  cat >"$source/pkg/config/dynamic/ext/ext.go" <<'GO'
package ext

type HTTP struct{}

func (in *HTTP) DeepCopyInto(out *HTTP) { *out = *in }

type Router struct{}

func (in *Router) DeepCopyInto(out *Router) { *out = *in }
GO
  cat >"$source/pkg/provider/acme/nodns/nodns.go" <<'GO'
package nodns

import (
	"errors"

	"github.com/go-acme/lego/v5/challenge"
)

func NewDNSChallengeProviderByName(name string) (challenge.Provider, error) {
	return nil, errors.New("built without DNS provider " + name)
}
GO
  sed -i 's#"github.com/go-acme/lego/v5/providers/dns"#dns "github.com/traefik/traefik/v3/pkg/provider/acme/nodns"#' \
    "$source/pkg/provider/acme/provider.go"
  {
    printf 'module bed/traefik\n\ngo 1.26.2\n\nrequire github.com/traefik/traefik/v3 v%s\n\n' "$TRAEFIK"
    printf 'replace github.com/traefik/traefik/v3 => ./source\n'
    # its own replacements count only in the main module
    sed -n '/^replace/,$p' "$original/go.mod" | sed 's#=> ./pkg/#=> ./source/pkg/#'
  } >"$module/go.mod"
  compile "$module" github.com/traefik/traefik/v3/cmd/traefik "$BIN/traefik"
}
