# shellcheck shell=bash
# Start and stop the cluster. Sourced by `bed`. $RUN/mode says what runs (kind or simulated), $RUN/source where it comes from.

cluster_up() {
  local mode=kind
  if [ "${1:-}" = --simulated ]; then mode=simulated; fi
  if [ "$SOURCE" = given ]; then given_up; return; fi
  if cluster_answers; then
    [ "$(cat "$RUN/mode")" = $mode ] || die "a $(cat "$RUN/mode") cluster is up: bed down first"
    if [ $mode = kind ]; then
      [ "${BED_MODE:-$SOURCE}" = "$SOURCE" ] || die "the cluster that is up is $SOURCE: bed down first"
      routes
    fi
    say "already up: $mode, $SOURCE"
    return
  fi
  cluster_delete
  SOURCE=$(choose) # what was recorded for a cluster that died does not bind the next one
  if [ $mode = kind ]; then "up_${SOURCE/-/_}"; else up_simulated; fi
  echo "$SOURCE" >"$RUN/source"
  echo $mode >"$RUN/mode" # last: it says that the rest is done
  say "up: $mode, $SOURCE, KUBECONFIG=$KUBECONFIG"
}

given_up() {
  has kubectl || die "kubectl is needed to use the cluster of KUBECONFIG"
  kubectl get --raw=/readyz --request-timeout=10s >/dev/null || die "the cluster of KUBECONFIG=$KUBECONFIG does not answer"
  say "using the cluster of KUBECONFIG=$KUBECONFIG"
}

up_self_made() {
  announce
  engine
  build node
  node_image
  sed "s#@NODE_IMAGE@#$(node_image_name)#" "$HERE/node/kind.yaml" >"$RUN/kind.yaml"
  create_kind "$RUN/kind.yaml"
}

up_published() {
  published_programs
  create_kind "$HERE/node/kind-published.yaml"
}

create_kind() { # CONFIG
  delete_kind # what an engine that was just started still has
  step "creating the kind cluster" kind create cluster --config "$1" --kubeconfig "$KUBECONFIG" --wait 180s
  routes
  step "waiting for the cluster's DNS" kubectl -n kube-system rollout status deployment/coredns --timeout=180s
}

announce() { # what will be done to this machine, before it is done
  local packages
  packages=$(missing_packages | paste -sd ' ')
  {
    echo "No cluster in KUBECONFIG, and no container engine with a registry in reach: this machine makes its own."
    [ -z "$packages" ] || echo "  - install Debian packages: $packages"
    docker_answers || echo "  - start a Docker engine"
    [ -x "$BIN/coredns" ] || echo "  - compile Kubernetes and what a node needs: 8 minutes on two cores, once"
    [ -n "$(docker images -q "$(node_image_name)" 2>/dev/null)" ] || echo "  - make kind's node image if the engine has none: 1 minute, once"
    echo "  - create the kind cluster \"bed\", and route its addresses (10.96.0.0/16, 10.244.0.0/16) from here: half a minute"
    echo "Everything is kept in $BED."
  } >&2
}

routes() { # service and pod addresses are reachable from this machine, through the node
  local node subnet
  [ "$(uname)" = Linux ] || return 0
  node=$(docker inspect -f '{{range .NetworkSettings.Networks}}{{.IPAddress}}{{end}}' bed-control-plane)
  for subnet in 10.96.0.0/16 10.244.0.0/16; do
    if [[ $(ip route show "$subnet") == *"via $node "* ]]; then continue; fi
    if [ "$(id -u)" = 0 ]; then
      ip route replace "$subnet" via "$node"
    else # who may use the engine may do this; the node image has the program
      docker run --rm --network host --privileged --entrypoint ip \
        "$(docker inspect -f '{{.Config.Image}}' bed-control-plane)" route replace "$subnet" via "$node"
    fi
  done
}

up_simulated() { # API server, scheduler and controllers; nodes and pods only pretended, by kwok
  build simulated
  step "starting the control plane" create_simulated
  # how pretended nodes and pods behave; for custom resources see stages/, applied once their schemas are there
  local stages stage
  stages=$(module_dir "sigs.k8s.io/kwok@v$KWOK")/kustomize/stage
  for stage in node/fast node/heartbeat-with-lease pod/fast; do kubectl apply -k "$stages/$stage" >/dev/null; done
  kubectl apply -f "$HERE/manifests/simulated-nodes.yaml" >/dev/null
}

create_simulated() {
  kwok_ctl create cluster --runtime binary --config "$HERE/node/kwok.yaml" --kube-apiserver-port 32700 \
    --etcd-binary "$BIN/etcd" --kube-apiserver-binary "$BIN/kube-apiserver" --kube-scheduler-binary "$BIN/kube-scheduler" \
    --kube-controller-manager-binary "$BIN/kube-controller-manager" --kwok-controller-binary "$BIN/kwok" \
    --kubeconfig "$KUBECONFIG" --wait 90s
}

kwok_ctl() { KWOK_WORKDIR=$BED/kwok KWOK_KUBECTL_BINARY=$BIN/kubectl kwokctl --name bed "$@" 9>&-; }

cluster_answers() {
  if [ "$SOURCE" != given ]; then [ -f "$RUN/mode" ] && [ -f "$KUBECONFIG" ] || return 1; fi
  kubectl get --raw=/readyz --request-timeout=3s >/dev/null 2>&1
}

cluster_status() {
  cluster_answers || { echo "down"; return 1; }
  if [ "$SOURCE" = given ]; then echo "up: given, KUBECONFIG=$KUBECONFIG"; else echo "up: $(cat "$RUN/mode"), $SOURCE"; fi
  kubectl get nodes
  kubectl get pods -A | awk 'NR == 1 || $4 != "Running"'
}

cluster_delete() {
  rm -f "$RUN/mode" "$RUN/source"
  if has kind && docker_answers; then delete_kind; fi
  if [ -d "$BED/kwok/clusters/bed" ]; then
    kwok_ctl delete cluster >"$LOG/delete.log" 2>&1 || die "kwokctl delete cluster failed: $LOG/delete.log"
  fi
}

delete_kind() {
  kind delete cluster --name bed --kubeconfig "$KUBECONFIG" >"$LOG/delete.log" 2>&1 || die "kind delete cluster failed: $LOG/delete.log"
}

cluster_down() {
  [ "$SOURCE" != given ] || die "the cluster of KUBECONFIG=$KUBECONFIG is yours: it is not stopped"
  cluster_delete
  say "down"
}

cluster_reset() {
  cluster_down
  if docker_answers; then
    docker images -q fediverse-mastodon/kind-node | sort -u | xargs -r docker image rm -f >/dev/null
  fi
  discard "$BED/kwok" "$RUN" "$IMG"
}
