# shellcheck shell=bash
# shellcheck disable=SC2154 # build.sh sets cache and bed
# The lower layer of the images: Debian with what the double imports. Sourced by build.sh, which defines the rest.

base_layer() { # Debian with the packages, less what no process reads; prints the path
  local name root archive
  name=base-$(fingerprint packages.txt base.sh)
  root=$cache/root archive=$cache/$name.tar
  if [ ! -f "$archive" ] || [ ! -d "$root" ]; then
    say "building the root file system"
    # shellcheck disable=SC2046
    "$bed" rootfs "$root" $(packages) >&2
    slim "$root"
    chroot "$root" groupadd -g 991 mastodon
    chroot "$root" useradd -l -u 991 -g 991 -M -d /opt/mastodon mastodon
    rm -f "$cache"/base-*.tar
    tar --numeric-owner --sort=name -C "$root" -cf "$archive.new" . && mv "$archive.new" "$archive"
  fi
  printf '%s\n' "$archive"
}

slim() { # botocore knows 400 services, the double needs one
  local data=$1/usr/lib/python3/dist-packages/botocore/data
  find "$data" -mindepth 1 -maxdepth 1 -type d -not -name s3 -not -name sts -exec rm -rf {} +
  rm -rf "$1"/usr/share/{doc,man,locale,info,i18n,gcc,gdb,bash-completion} "$1"/var/cache/* "$1"/var/log/* "$1"/usr/lib/locale
}
