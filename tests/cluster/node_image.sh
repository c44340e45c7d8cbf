# shellcheck shell=bash
# kind's node image, for machines that cannot pull one. Sourced by `bed`.
# kind's own base files come out of its published module; Debian gives systemd, containerd and runc; the programs are built here.

node_image_name() { # everything that goes into it is in the name, so that a change makes a new image
  local made_of
  made_of=$(cat "$HERE/versions.env" "$HERE/node_image.sh" "$HERE"/node/{cni.conflist,runc,*.service,storage.yaml} "$HERE/images/pause.c" | sha256sum)
  echo "fediverse-mastodon/kind-node:v$KUBERNETES-${made_of:0:8}"
}

node_image() {
  local name root=$IMG/kind-node
  name=$(node_image_name)
  if [ -n "$(docker images -q "$name")" ]; then return; fi
  build node
  rootfs "$root" systemd systemd-sysv dbus conntrack iptables nftables iproute2 ethtool util-linux mount kmod libseccomp2 pigz \
    e2fsprogs bash ca-certificates curl jq procps containerd runc inotify-tools
  step "turning it into a node" node_files "$root"
  control_plane_images "$root/kind/images"
  step "packing the node image" python3 "$HERE/pack_image.py" "$root.tar" "$name" "$root" \
    --entrypoint /usr/local/bin/entrypoint,/sbin/init --env container=docker --stop-signal SIGRTMIN+3
  step "loading the node image" docker load -q -i "$root.tar"
  discard "$root.tar"
  discard "$root"
}

node_files() { # ROOT
  local root=$1 base unit program pause
  base=$(module_dir "sigs.k8s.io/kind@v$KIND")/images/base/files
  mkdir -p "$root"/kind/{bin,images,manifests} "$root/etc/kubernetes/manifests" "$root/opt/cni/bin" "$root/etc/cni/net.d"
  install -m 755 "$base"/usr/local/bin/* "$root/usr/local/bin/"
  install -m 755 "$base"/kind/bin/* "$root/kind/bin/"
  cp -r "$base/etc/." "$root/etc/"
  chmod -R u+w "$root/etc"

  # of systemd's own units only what a container can run, as kind's image does
  rm -f "$root"/lib/systemd/system/sysinit.target.wants/systemd-tmpfiles-setup.service \
    "$root"/lib/systemd/system/{multi-user,local-fs,basic}.target.wants/* \
    "$root"/lib/systemd/system/sockets.target.wants/*{udev,initctl}*
  find "$root/etc/systemd/system" -path '*.wants/*' -type l -delete
  echo "ReadKMsg=no" >>"$root/etc/systemd/journald.conf"
  ln -sf /usr/lib/systemd/systemd "$root/sbin/init"
  cp "$HERE"/node/*.service "$root/etc/systemd/system/"
  mkdir -p "$root/etc/systemd/system/multi-user.target.wants"
  for unit in kubelet containerd undo-mount-hacks load-images volumes; do
    ln -sf "/etc/systemd/system/$unit.service" "$root/etc/systemd/system/multi-user.target.wants/"
  done
  ln -sf /dev/null "$root/etc/systemd/system/systemd-binfmt.service"

  for program in containerd ctr containerd-shim-runc-v2; do ln -sf "/usr/bin/$program" "$root/usr/local/bin/$program"; done
  install -m 755 "$HERE/node/runc" "$root/usr/local/sbin/runc"
  install -m 755 "$BIN/crictl" "$root/usr/local/bin/"
  for program in kubeadm kubelet kubectl; do install -m 755 "$BIN/$program" "$root/usr/bin/"; done
  install -m 755 "$BIN"/cni/* "$root/opt/cni/bin/"
  rm -rf "$root/usr/lib/cni"
  ln -s /opt/cni/bin "$root/usr/lib/cni"
  cp "$HERE/node/cni.conflist" "$root/etc/cni/net.d/10-pods.conflist"

  # containerd: no lower OOM scores than ours, no systemd cgroups, the pause image made here
  pause=$(control_plane_image_names | grep /pause:)
  sed -i "s/restrict_oom_score_adj = false/restrict_oom_score_adj = true/; s#sandbox_image = .*#sandbox_image = \"$pause\"#
    s/SystemdCgroup = true/SystemdCgroup = false/" "$root/etc/containerd/config.toml"
  sed -i '/OOMScoreAdjust/d' "$root/etc/systemd/system/containerd.service"
  in_root "$root" ctr oci spec |
    jq '.hooks.createContainer[.hooks.createContainer | length] |= . + {"path": "/kind/bin/mount-product-files.sh"} | del(.process.rlimits)' \
      >"$root/etc/containerd/cri-base.json"

  echo "v$KUBERNETES" >"$root/kind/version"
  cp "$HERE/node/storage.yaml" "$root/kind/manifests/default-storage.yaml"
  : >"$root/kind/manifests/default-cni.yaml"
}

control_plane_image_names() { kubeadm config images list --kubernetes-version "v$KUBERNETES" 2>/dev/null; }

control_plane_images() { # DIR: the images that this version of kubeadm asks for, as archives
  local names name program
  names=$(control_plane_image_names)
  for name in $names; do
    program=${name##*/}
    program=${program%%:*}
    if [ "$program" = kube-proxy ]; then rootfs "$IMG/$program" iptables nftables conntrack kmod; fi
    step "packing $name" control_plane_image "$name" "$program" "$1/$program.tar"
  done
}

control_plane_image() { # REF PROGRAM ARCHIVE
  local dir=$IMG/$2 entrypoint=()
  case $2 in
    pause)
      mkdir -p "$dir"
      gcc -static -Os -s -o "$dir/pause" "$HERE/images/pause.c"
      entrypoint=(--entrypoint /pause) ;;
    coredns)
      static_root "$dir" "$BIN/coredns" /coredns
      entrypoint=(--entrypoint /coredns) ;;
    kube-proxy) install -m 755 "$BIN/kube-proxy" "$dir/usr/local/bin/" ;;
    *) static_root "$dir" "$BIN/$2" "/usr/local/bin/$2" ;;
  esac
  python3 "$HERE/pack_image.py" "$3" "$1" "$dir" "${entrypoint[@]}"
  discard "$dir"
}
