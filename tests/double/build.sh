#!/usr/bin/env bash
# Makes the images of the test double and gives them to a kind cluster:
#
#     tests/double/build.sh [VERSION…]          by default 4.5.15 4.6.5 4.6.6
#
#   docker.io/fediverse-mastodon/double:vVERSION              web, Sidekiq, jobs
#   docker.io/fediverse-mastodon/double-streaming:vVERSION    streaming
#
# Does only what is missing: no change in the sources, nothing to do. Also marks the cluster as one for tests (permit.yaml).
# Environment: BED_CMD (the test bed's script, for `rootfs` and `env`), KIND_CLUSTER_NAME (bed), DOUBLE_CACHE. Needs root.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
bed=${BED_CMD:-$here/../cluster/bed}
cluster=${KIND_CLUSTER_NAME:-bed}
cache=${DOUBLE_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/fediverse-mastodon/double}
versions=("${@:-}")
[ -n "${versions[0]}" ] || versions=(4.5.15 4.6.5 4.6.6)
versions=("${versions[@]#v}")
mkdir -p "$cache"

say() { printf '%s double: %s\n' "$(date +%T)" "$*" >&2; }
die() { printf 'double: %s\n' "$*" >&2; exit 1; }

[ -x "$bed" ] || die "no test bed at $bed: set BED_CMD"
eval "$("$bed" env)"

packages() { grep -v '^#' "$here/packages.txt"; }

fingerprint() { # of file contents and names, not of times
  (cd "$here" && find "$@" -type f -not -path '*/__pycache__/*' -print0 | LC_ALL=C sort -z | xargs -0 sha256sum | sha256sum | cut -c1-16)
}

# shellcheck source=tests/double/base.sh
source "$here/base.sh"

application_layer() { # the double's own files; prints the path
  local root=$cache/root stage=/tmp/mastodon-double-stage library archive=$cache/application.tar
  library=usr/local/lib/$(cd "$root/usr/lib" && echo python3.*)/dist-packages
  rm -rf "${root:?}$stage" && mkdir -p "$root$stage" && cp -r "$here/mastodon_double" "$root$stage/"
  find "$root$stage" -name __pycache__ -prune -exec rm -rf {} +
  # a read-only root cannot cache bytecode later, and compiling at each start would double the time a job takes
  chroot "$root" python3 -m compileall -q --invalidation-mode unchecked-hash -s "$stage" -p "/$library" "$stage"
  python3 "$here/pack.py" application "$root$stage" "$here/rootfs" "$archive" "$library"
  rm -rf "${root:?}$stage"
  printf '%s\n' "$archive"
}

node_has_images() { # NODE ARCHIVE: does it hold exactly these?
  local held
  held=$(docker exec "$1" crictl images -o json)
  python3 -c '
import json, sys
held = {tag: image["id"] for image in json.loads(sys.argv[1])["images"] for tag in image["repoTags"]}
wanted = json.load(open(sys.argv[2]))
sys.exit(any(held.get(tag) != id for tag, id in wanted.items()))' "$held" "${2%.tar}.json"
}

sources=$(fingerprint mastodon_double rootfs pack.py packages.txt base.sh)
archive=$cache/images-$sources-$(IFS=_; echo "${versions[*]}").tar
if [ ! -f "$archive" ]; then
  base=$(base_layer)
  say "packing ${versions[*]}"
  application=$(application_layer)
  rm -f "$cache"/images-*
  python3 "$here/pack.py" images "$cache/new.tar" "$base" "$application" "$sources" "${versions[@]}"
  mv "$cache/new.json" "${archive%.tar}.json" && mv "$cache/new.tar" "$archive"
fi
nodes=$(kind get nodes --name "$cluster" 2>/dev/null)
[ -n "$nodes" ] || die "no kind cluster named $cluster; give your cluster the images of $archive yourself (docker load, ctr import)"
for node in $nodes; do
  if node_has_images "$node" "$archive"; then
    say "$node has ${versions[*]} already"
  else
    say "loading ${versions[*]} into $node"
    kind load image-archive "$archive" --name "$cluster" --nodes "$node"
  fi
done
kubectl apply -f "$here/permit.yaml" >&2
