#!/usr/bin/env bash
# ansible-test sanity and units on the built collection. Run through `make sanity`.
# ansible-test insists on a real directory ansible_collections/<namespace>/<name>: the built collection is unpacked at such a place.
set -euo pipefail
root=$(cd "$(dirname "$0")/.." && pwd)
work=$root/.cache/sanity
copy=$work/ansible_collections/fediverse/mastodon
python=$("$root/.venv/bin/python" -c 'import sys; print("%d.%d" % sys.version_info[:2])')
say() { printf '%s %s\n' "$(date +%T)" "$*" >&2; }

copy_collection() { # what Galaxy would be given: the built collection, unpacked
  rm -rf "$copy" "$work/build"
  mkdir -p "$copy" "$work/build"
  ansible-galaxy collection build --force --output-path "$work/build" "$root" >/dev/null
  tar -C "$copy" -xzf "$work"/build/*.tar.gz
  # a repository of its own: ansible-test asks git for the files, and the outer one ignores this place
  git -C "$copy" init -q
  git -C "$copy" add -A
  ln -sfn "$root/.cache/collections/ansible_collections/kubernetes" "$work/ansible_collections/kubernetes"
  ln -sfn "$root/.cache/collections/ansible_collections/community" "$work/ansible_collections/community"
}

bootstrap_pip() { # where its download host is out of reach, ansible-test takes pip's bootstrap from here
  mkdir -p "$work/home/.ansible/test/cache"
  for version in 25_2 24_2; do
    printf 'import ensurepip\nensurepip.bootstrap()\n' >"$work/home/.ansible/test/cache/get_pip_$version.py"
  done
}

ansible_test() { # its own home keeps the cache out of the user's; its own search path keeps the working tree out of the copy
  (cd "$copy" && env -u ANSIBLE_CONFIG -u PYTHONPATH -u ANSIBLE_COLLECTIONS_PATH HOME="$work/home" ansible-test "$@")
}

copy_collection
bootstrap_pip
say "ansible-test sanity (the first run makes its virtual environments)"
ansible_test sanity --python "$python" --color no
say "ansible-test units"
ansible_test units --local --python "$python" --color no
