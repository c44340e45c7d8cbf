#!/usr/bin/env bash
# A cluster that can hold an instance: running, with the operators, and where images are made here, with Mastodon's double.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
"$here/bed" up
[ "$("$here/bed" source)" = given ] && exit 0
"$here/bed" operators cnpg gateway s3 valkey
[ "$("$here/bed" source)" = published ] || "$here/../double/build.sh"
