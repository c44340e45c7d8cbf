# shellcheck shell=bash
# Which cluster, and where its parts come from. Sourced by `bed`. Deciding changes nothing on the machine.
#
#   given       KUBECONFIG names a cluster: it is used as it is, never created, changed or deleted
#   published   kind, with the node image and the operators that their projects publish
#   self-made   kind, with every image made on this machine
#
# The first that holds: KUBECONFIG is set; BED_MODE says it; a Docker engine answers and the registries can be reached;
# else self-made. A running cluster keeps the source it was made from.

choose() {
  case ${BED_MODE:-} in '' | published | self-made) ;; *) die "BED_MODE is published or self-made, not $BED_MODE" ;; esac
  if [ -n "$GIVEN_KUBECONFIG" ] || [ -f "$RUN/mode" ]; then
    source_now
  elif [ -n "${BED_MODE:-}" ]; then
    echo "$BED_MODE"
  elif docker_answers && network_answers; then
    echo published
  else
    echo self-made
  fi
}

source_now() { # of the cluster in use, without a look at the network
  if [ -n "$GIVEN_KUBECONFIG" ]; then echo given
  elif [ -f "$RUN/source" ]; then cat "$RUN/source"
  else echo self-made
  fi
}

docker_answers() { docker info >/dev/null 2>&1; }

network_answers() { # at most 5 s for each; a registry asks the unknown to log in, a proxy that refuses does not
  http_status https://registry-1.docker.io/v2/ 401 && http_status https://ghcr.io/v2/ 401 &&
    http_status https://github.com/ 200 && { has kind || http_status https://kind.sigs.k8s.io/ 200; }
}

http_status() { # URL STATUS
  [ "$(curl -s -o /dev/null -w '%{http_code}' --max-time 5 "$1")" = "$2" ]
}
