# shellcheck shell=bash
# The real schemas of the operators whose programs cannot be had here: their objects are validated, nothing acts on them.
# Sourced by `bed`. They come out of the published modules, but Dragonfly's, which has none: it is read from a directory beside
# the repository or from FEDIVERSE_CRDS, when it is there.

crds() {
  local file files dragonfly=${FEDIVERSE_CRDS:-$HERE/../../../shared/testbed/crds}/dragonflies.yaml
  [ "$SOURCE" != given ] || [ "${BED_INSTALL:-}" = yes ] ||
    die "schemas are not installed on the cluster of KUBECONFIG unless BED_INSTALL=yes"
  cluster_answers || die "no cluster answers: bed up"
  step "fetching the modules that carry the schemas" fetch_schema_modules
  files=$(crd_files)
  if [ -f "$dragonfly" ]; then files+=$'\n'$dragonfly; else say "Dragonfly's schema is skipped: there is no $dragonfly"; fi
  step "installing $(wc -l <<<"$files") files of schemas" install_crds "$files"
  if [ -f "$RUN/mode" ] && [ "$(cat "$RUN/mode")" = simulated ]; then
    kubectl apply -f "$HERE/stages" >/dev/null # after their schemas, or they are ignored
  fi
}

install_crds() { # FILES, one a line
  local file
  while read -r file; do
    # a chart's templates are wrapped in conditions and include labels: those lines go
    grep -v '{{' "$file" | kubectl apply --server-side --force-conflicts -f -
  done <<<"$1"
}

SCHEMA_MODULES=(
  "github.com/cloudnative-pg/plugin-barman-cloud@v$BARMAN_PLUGIN config/crd/bases/*.yaml"
  "github.com/cert-manager/cert-manager@v$CERT_MANAGER deploy/crds/*.yaml"
  "github.com/external-secrets/external-secrets@v$EXTERNAL_SECRETS config/crds/bases/*external-secrets.io_*.yaml"
  "github.com/rook/rook@v$ROOK deploy/examples/crds.yaml"
  "github.com/zalando/postgres-operator@v$ZALANDO manifests/postgresql.crd.yaml"
  "github.com/backube/volsync@v$VOLSYNC config/crd/bases/*.yaml"
  "github.com/elastic/cloud-on-k8s/v3@v$ECK config/crds/v1/resources/elasticsearch.k8s.elastic.co_elasticsearches.yaml"
  "github.com/traefik/traefik/v3@v$TRAEFIK docs/content/reference/dynamic-configuration/kubernetes-crd-definition-v1.yml"
  "github.com/prometheus-operator/prometheus-operator@v$PROMETHEUS_OPERATOR example/prometheus-operator-crd/*monitors.yaml"
  "github.com/prometheus-operator/prometheus-operator@v$PROMETHEUS_OPERATOR example/prometheus-operator-crd/*prometheusrules.yaml"
  "github.com/kedacore/keda/v2@v$KEDA config/crd/bases/keda.sh_scaledobjects.yaml"
  "github.com/kedacore/keda/v2@v$KEDA config/crd/bases/keda.sh_triggerauthentications.yaml"
  "sigs.k8s.io/external-dns@v$EXTERNAL_DNS config/crd/standard/dnsendpoints.externaldns.k8s.io.yaml"
)
# only where their operators are not installed, which bring them
OPERATOR_SCHEMA_MODULES=(
  "gateway.networking.k8s.io sigs.k8s.io/gateway-api@v$GATEWAY_API config/crd/standard/*.yaml"
  "postgresql.cnpg.io github.com/cloudnative-pg/cloudnative-pg@v$CLOUDNATIVE_PG config/crd/bases/*.yaml"
)

wanted_schemas() { # MODULE@VERSION PATTERN, one a line
  local group rest
  printf '%s\n' "${SCHEMA_MODULES[@]}"
  for rest in "${OPERATOR_SCHEMA_MODULES[@]}"; do
    group=${rest%% *}
    if ! serves "$group"; then echo "${rest#* }"; fi
  done
}

fetch_schema_modules() {
  local module pattern
  wanted_schemas | while read -r module pattern; do module_dir "$module" </dev/null; done
}

crd_files() {
  local module pattern dir
  wanted_schemas | while read -r module pattern; do
    dir=$(module_dir "$module" </dev/null)
    # shellcheck disable=SC2086 # the pattern is to be expanded
    ls -1 "$dir"/$pattern
  done
}
