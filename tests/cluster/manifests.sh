# shellcheck shell=bash
# Where an operator's own manifest comes from: its release page, or the module that its program was built from. Sourced by `bed`.
# A self-made cluster pulls nothing, so there every manifest asks for the images made here, and only if they are not present.

GITHUB=https://github.com

fetch() { curl -fsSL --retry 3 --connect-timeout 10 "$1"; }

manifest_cnpg() {
  local file=releases/cnpg-$CLOUDNATIVE_PG.yaml
  if self_made; then
    sed 's/imagePullPolicy: Always/imagePullPolicy: IfNotPresent/' \
      "$(module_dir "github.com/cloudnative-pg/cloudnative-pg@v$CLOUDNATIVE_PG")/$file"
  else
    fetch "https://raw.githubusercontent.com/cloudnative-pg/cloudnative-pg/v$CLOUDNATIVE_PG/$file"
  fi
}

manifest_cert_manager() { fetch "$GITHUB/cert-manager/cert-manager/releases/download/v$CERT_MANAGER/cert-manager.yaml"; }

manifest_backup() {
  if self_made; then
    # without its cert-manager objects, and with the released image's name; the sidecar's name is in a Secret of ours
    awk -v RS='---\n' '!/kind: (Certificate|Issuer|Secret)\n/ {print "---\n" $0}' "$(barman_manifest)" |
      sed "s#ghcr.io/cloudnative-pg/plugin-barman-cloud-testing:main#ghcr.io/cloudnative-pg/plugin-barman-cloud:v$BARMAN_PLUGIN#"
  else
    fetch "$GITHUB/cloudnative-pg/plugin-barman-cloud/releases/download/v$BARMAN_PLUGIN/manifest.yaml"
  fi
}

barman_manifest() { echo "$(module_dir "github.com/cloudnative-pg/plugin-barman-cloud@v$BARMAN_PLUGIN")/manifest.yaml"; }

manifest_gateway() {
  if self_made; then
    local chart=$SRC/gateway-helm
    discard "$chart"
    cp -r "$(module_dir "github.com/envoyproxy/gateway@v$ENVOY_GATEWAY")/charts/gateway-helm" "$chart"
    chmod -R u+w "$chart"
    sed -e "s#\${GatewayImage}#docker.io/envoyproxy/gateway:v$ENVOY_GATEWAY#; s#\${[A-Za-z]*PullPolicy}#IfNotPresent#" \
      -e "s#\${[A-Za-z]*Image}#unused#" "$chart/values.tmpl.yaml" >"$chart/values.yaml"
    helm template eg "$chart" -n envoy-gateway-system --include-crds
  else
    fetch "$GITHUB/envoyproxy/gateway/releases/download/v$ENVOY_GATEWAY/install.yaml"
  fi
}
