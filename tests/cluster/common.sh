# shellcheck shell=bash
# What every part uses: speaking, failing, and long steps that say how long they took. Sourced by `bed`.

say() { printf '%s %s\n' "$(date +%T)" "$*" >&2; }
die() { printf 'bed: %s\n' "$*" >&2; exit 1; }
has() { command -v "$1" >/dev/null; }
self_made() { [ "$SOURCE" = self-made ]; }

step() { # TEXT COMMAND...: one line on the screen, completed with its seconds; the output goes to a log, named on failure
  local text=$1 log start=$SECONDS code
  shift
  log=$LOG/$(tr -cs 'A-Za-z0-9.\n' - <<<"$text").log
  printf '%s %s ... ' "$(date +%T)" "$text" >&2
  set +e # a function called in a condition would go on after a failed command
  ( set -e; "$@" ) >"$log" 2>&1
  code=$?
  set -e
  if [ $code -ne 0 ]; then
    printf 'failed\n' >&2
    tail -n 5 "$log" >&2
    die "$text failed; its whole output is in $log"
  fi
  printf '%s s\n' $((SECONDS - start)) >&2
}

download() { # URL FILE: whole or not at all
  mkdir -p "$(dirname "$2")"
  curl -fsSL --retry 3 --connect-timeout 10 -o "$2.part" "$1" && mv "$2.part" "$2"
}

machine() { # the processor as Go, Debian and image registries call it
  case $(uname -m) in x86_64) echo amd64 ;; aarch64 | arm64) echo arm64 ;; *) uname -m ;; esac
}
