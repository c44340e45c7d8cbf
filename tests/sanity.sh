#!/usr/bin/env bash
# ansible-test sanity and units on the built collection, and galaxy-importer, as Galaxy would judge it. Run through `make sanity`.
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

import_collection() {
  # It points ansible at the place it unpacks to and nowhere else. What Python finds is searched after that: the dependencies.
  local report=$work/build/report
  (cd "$work/build" && env -u ANSIBLE_CONFIG -u ANSIBLE_COLLECTIONS_PATH PYTHONPATH="$work" HOME="$work/home" \
    GALAXY_IMPORTER_ANSIBLE_LOCAL_TMP="$work/home/.ansible/tmp" python -m galaxy_importer.main ./*.tar.gz) >"$report" 2>&1 ||
    { cat "$report"; return 1; }
  if grep -E '^(ERROR|WARNING)' "$report"; then return 1; fi
  every_page "$work/build/importer_result.json"
}

every_page() { # plugins whose documentation does not parse are left out without a word
  python - "$1" <<'PYTHON'
import json
import sys

with open(sys.argv[1], encoding="utf-8") as file:
    pages = json.load(file)["docs_blob"]["contents"]
documented = [page for page in pages if page["content_type"] in ("module", "filter")]
bare = [page["content_name"] for page in documented if not (page["doc_strings"] or {}).get("doc")]
if bare or not documented:
    sys.exit(f"Galaxy would show no documentation of {', '.join(bare) or 'anything'}")
PYTHON
}

copy_collection
bootstrap_pip
say "ansible-test sanity (the first run makes its virtual environments)"
ansible_test sanity --python "$python" --color no
say "ansible-test units"
ansible_test units --local --python "$python" --color no
say "galaxy-importer"
import_collection
