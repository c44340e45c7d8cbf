# shellcheck shell=bash
# Operators and servers on the running cluster. Sourced by `bed`.
# On a cluster of the user's they are only looked for, unless BED_INSTALL=yes.

operators() {
  local name
  cluster_answers || die "no cluster answers: bed up"
  if [ "$SOURCE" != given ] && [ "$(cat "$RUN/mode")" != kind ]; then die "operators need a real node: bed down, bed up"; fi
  if [ $# -eq 0 ]; then set -- cnpg gateway s3 valkey; fi
  for name in "$@"; do
    has "operator_$name" || die "operators: no such operator: $name"
    if [ "$SOURCE" = given ] && [ "${BED_INSTALL:-}" != yes ]; then
      "present_$name" || die "the cluster of KUBECONFIG has no $name: install it, or let BED_INSTALL=yes $0 operators $name"
      say "$name is there"
    else
      "operator_$name"
    fi
  done
}

# --- what a cluster of the user's must have

serves() { kubectl get --raw "/apis/$1" >/dev/null 2>&1; }
present_cnpg() { serves postgresql.cnpg.io; }
present_backup() { serves barmancloud.cnpg.io; }
present_gateway() { kubectl get gatewayclass eg >/dev/null 2>&1; }
present_s3() { kubectl -n bed-s3 get deployment s3 >/dev/null 2>&1; }
present_vault() { kubectl -n bed-vault get deployment vault >/dev/null 2>&1; }
present_valkey() { true; } # its image is pulled

# --- installing; a note in the cluster says which version went in completely, so that a second run only looks

operator_cnpg() {
  if self_made; then
    build cnpg
    image_cnpg "ghcr.io/cloudnative-pg/cloudnative-pg:$CLOUDNATIVE_PG"
    image_postgres
  fi
  once cnpg "$CLOUDNATIVE_PG" install_cnpg
  rollout cnpg-system cnpg-controller-manager
  say "CloudNativePG $CLOUDNATIVE_PG runs; PostgreSQL image $POSTGRES_IMAGE"
}

install_cnpg() { manifest_cnpg | apply; }

operator_backup() { # the Barman Cloud plugin of CloudNativePG
  if self_made; then
    build backup
    image_of_program "ghcr.io/cloudnative-pg/plugin-barman-cloud:v$BARMAN_PLUGIN" "$BIN/barman-plugin" /manager --user 65532:65532
    image_barman_sidecar "ghcr.io/cloudnative-pg/plugin-barman-cloud-sidecar:v$BARMAN_PLUGIN"
  fi
  once backup "$BARMAN_PLUGIN" install_backup
  rollout cnpg-system barman-cloud
  say "Barman Cloud plugin $BARMAN_PLUGIN runs"
}

install_backup() {
  if self_made; then
    barman_certificates
    # the manifest names this Secret by a hash of its content, which is the sidecar's image
    kubectl -n cnpg-system create secret generic "$(grep -oE 'plugin-barman-cloud-[a-z0-9]{10}$' "$(barman_manifest)" | sort -u)" \
      --from-literal=SIDECAR_IMAGE="ghcr.io/cloudnative-pg/plugin-barman-cloud-sidecar:v$BARMAN_PLUGIN" --dry-run=client -o yaml | apply
  else
    manifest_cert_manager | apply
    rollout cert-manager cert-manager-webhook
  fi
  manifest_backup | apply
}

barman_certificates() { # what cert-manager would have made
  local name
  for name in client server; do
    if kubectl -n cnpg-system get secret "barman-cloud-$name-tls" >/dev/null 2>&1; then continue; fi
    openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 365 -subj "/CN=barman-cloud-$name" \
      -addext "subjectAltName=DNS:barman-cloud" -keyout "$RUN/$name.key" -out "$RUN/$name.crt"
    kubectl -n cnpg-system create secret generic "barman-cloud-$name-tls" --type kubernetes.io/tls \
      --from-file=tls.crt="$RUN/$name.crt" --from-file=tls.key="$RUN/$name.key" --from-file=ca.crt="$RUN/$name.crt"
  done
}

operator_gateway() {
  if self_made; then
    build gateway
    image_of_program "docker.io/envoyproxy/gateway:v$ENVOY_GATEWAY" "$BIN/envoy-gateway" /usr/local/bin/envoy-gateway --user 65532:65532
    image_envoy "docker.io/envoyproxy/envoy:$ENVOY_IMAGE"
  fi
  once gateway "$ENVOY_GATEWAY" install_gateway
  rollout envoy-gateway-system envoy-gateway
  apply <"$HERE/manifests/gatewayclass.yaml"
  say "Envoy Gateway $ENVOY_GATEWAY runs; GatewayClass eg"
}

install_gateway() {
  kubectl create namespace envoy-gateway-system --dry-run=client -o yaml | apply
  manifest_gateway | apply
}

operator_s3() {
  local image=docker.io/versity/versitygw:v$VERSITYGW
  if self_made; then
    build s3
    image_debian
    image_of_program "$image" "$BIN/versitygw" /usr/local/bin/versitygw
  fi
  sed "s#@IMAGE@#$image#; s#@DEBIAN_IMAGE@#$DEBIAN_IMAGE#" "$HERE/manifests/s3.yaml" | apply
  rollout bed-s3 s3
  say "S3 runs: http://s3.bed-s3.svc:7070 (keys bed-access-key / bed-secret-key), region us-east-1"
}

operator_vault() {
  local image=docker.io/hashicorp/vault:$VAULT
  if self_made; then
    build vault
    image_of_program "$image" "$BIN/vault" /bin/vault
  fi
  sed "s#@IMAGE@#$image#" "$HERE/manifests/vault.yaml" | apply
  rollout bed-vault vault
  say "Vault $VAULT (development mode) runs: http://vault.bed-vault.svc:8200, token bed-root-token"
}

operator_valkey() {
  if self_made; then image_valkey; fi
  say "Valkey's image is $VALKEY_IMAGE"
}

apply() { kubectl apply --server-side --force-conflicts -f - >/dev/null; }

rollout() { # NAMESPACE DEPLOYMENT
  kubectl -n "$1" rollout status "deployment/$2" --timeout=180s >/dev/null || die "deployment/$2 in namespace $1 is not ready"
}

once() { # NAME VERSION COMMAND
  if [ "$(kubectl -n kube-system get configmap bed-operators -o "jsonpath={.data.$1}" 2>/dev/null)" = "$2" ]; then return; fi
  step "installing $1 $2" "$3"
  kubectl -n kube-system create configmap bed-operators --dry-run=client -o yaml | apply
  kubectl -n kube-system patch configmap bed-operators --type merge -p "{\"data\": {\"$1\": \"$2\"}}" >/dev/null
}
