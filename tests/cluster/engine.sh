# shellcheck shell=bash
# A Docker engine for machines that have none. Sourced by `bed`. Where one answers already, nothing is touched.

engine() {
  if docker_answers; then return; fi
  [ -z "${DOCKER_HOST:-}" ] || die "the engine at DOCKER_HOST=$DOCKER_HOST does not answer"
  [ "$(id -u)" = 0 ] || die "no Docker engine answers, and starting one needs root"
  host_ready
  step "starting a Docker engine" start_engine
}

start_engine() {
  sysctl -qw fs.inotify.max_user_instances=8192 fs.inotify.max_user_watches=524288 || true
  if [ -d /run/systemd/system ]; then
    systemctl start docker
  else
    local runtime=()
    if ! cap_sys_resource; then # a privileged container asks for it and fails: use a runtime that does not ask
      install -m 755 "$HERE/node/runc" "$BIN/runc-without-sys-resource"
      runtime=(--add-runtime "capless=$BIN/runc-without-sys-resource" --default-runtime capless)
    fi
    forget_dead_engine
    setsid dockerd "${runtime[@]}" >>"$LOG/dockerd.log" 2>&1 </dev/null 9>&- &
  fi
  local i
  for i in {1..120}; do
    if docker_answers; then return; fi
    sleep 0.5
  done
  echo "no answer within $((i / 2)) s" >&2
  tail -n 3 "$LOG/dockerd.log" >&2
  return 1
}

forget_dead_engine() { # what was killed leaves its process id, which a zombie or an unrelated process may bear by now
  forget_dead dockerd /var/run/docker.pid
  forget_dead containerd /var/run/docker/containerd/containerd.pid
}

forget_dead() { # PROGRAM FILE
  local status
  status=/proc/$(cat "$2" 2>/dev/null || true)/status
  awk -v program="$1" '/^Name:/ {name = $2} /^State:/ {state = $2} END {exit name != program || state == "Z"}' "$status" 2>/dev/null ||
    rm -f "$2"
}

cap_sys_resource() { # bit 24 of the bounding set
  local bounding
  bounding=$(awk '/^CapBnd/ {print $2}' /proc/self/status)
  [ $((0x$bounding >> 24 & 1)) = 1 ]
}
