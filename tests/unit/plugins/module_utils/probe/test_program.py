"""The check as a program: the package alone, under another name, with nothing but Python's standard library."""

from __future__ import annotations

import io
import json
import re
import shutil
import subprocess
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from ansible_collections.fediverse.mastodon.plugins.module_utils._probe import _check, _program
from ansible_collections.fediverse.mastodon.plugins.module_utils._probe._forms import FORMS, Status
from support.fediverse import APEX, WEB

_SAMPLE = re.compile(r'^([a-z_]+)\{((?:[a-z_]+="[^"]*",?)+)\} (\d+)$')


@pytest.fixture(scope="module")
def program(tmp_path_factory):
    """What the CronJob's ConfigMap holds: the Python files of one directory."""
    directory = tmp_path_factory.mktemp("program")
    (directory / "federation_check").mkdir()
    for file in Path(_check.__file__).parent.glob("*.py"):
        shutil.copy(file, directory / "federation_check")
    return directory


@pytest.fixture
def run(program):
    def run(running, *arguments, web=WEB):
        reach = [part for line in running.resolve for part in ("--resolve", line)]
        # -S and -E: neither packages nor the paths of this test's environment.
        command = [sys.executable, "-S", "-E", "-B", "-m", "federation_check._program", web]
        command += [*reach, "--ca-path", str(running.authority.path), *arguments]
        return subprocess.run(command, cwd=program, capture_output=True, text=True, timeout=60, check=False)

    return run


def samples(text):
    """Name and labels -> value, of every line that is no comment; all must be well-formed."""
    lines = [line for line in text.splitlines() if not line.startswith("#")]
    matches = [_SAMPLE.match(line) for line in lines]
    assert all(matches), lines
    return {
        (match[1], *sorted(re.findall(r'([a-z_]+)="([^"]*)"', match[2]))): int(match[3]) for match in matches if match
    }


def holds(found, clause):
    values = [value for labels, value in found.items() if ("clause", clause) in labels]
    return values[0] if values else None


def without_query(ask, answer):
    return answer.but(Location=f"https://{WEB}{ask.path}") if ask.host == APEX and ask.secure else answer


def test_a_healthy_instance_exits_with_0_and_says_so_first(bed, run):
    done = run(bed())
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith(f"OK: {WEB} (@…@{APEX}): ")
    assert "\nC1 paths: ok\n" in done.stdout


def test_a_fault_exits_with_2_and_comes_first(bed, fediverse, run):
    done = run(bed(fediverse(change=without_query)))
    assert done.returncode == 2
    first, second, *_rest = done.stdout.splitlines()
    assert first.startswith("CRITICAL: ") and "C3" in first
    assert second.startswith("C3 location: drift. Expected ")


def test_an_unreachable_instance_exits_with_2(bed, run):
    running = bed()
    running.resolve = ()
    done = run(running, web="social.invalid")
    assert done.returncode == 2
    assert "does not resolve" in done.stdout


def test_advice_exits_with_1_only_when_asked_for(bed, run):
    running = bed(protocols=())
    unasked, asked = run(running), run(running, "--advise")
    assert (unasked.returncode, asked.returncode) == (0, 1)
    assert (unasked.stdout.split(":")[0], asked.stdout.split(":")[0]) == ("OK", "WARNING")
    assert "holds in every clause that must hold; advice: http2.\n" in unasked.stdout


# No socket may connect to the broadcast address: as good as an IPv6 address where there is no IPv6.
NO_ROUTE = tuple(f"{name}:{port}:255.255.255.255" for name in (APEX, WEB) for port in (80, 443))


@pytest.fixture
def out_of_sight(bed):
    running = bed()
    running.resolve = NO_ROUTE
    return running


def test_an_instance_without_a_route_from_here_is_not_checked(out_of_sight, run):
    done = run(out_of_sight, "--local-domain", APEX)
    assert done.returncode == 3
    assert done.stdout.startswith(f"UNKNOWN: {WEB}") and "no route" in done.stdout.splitlines()[0]
    assert " CRITICAL" not in done.stdout and "C1 paths: unreachable (route)" in done.stdout


def test_it_is_told_as_utf8_wherever_it_runs(monkeypatch):
    terminal = io.BytesIO()
    monkeypatch.setattr(_program.sys, "stdout", io.TextIOWrapper(terminal, encoding="latin-1"))
    _program._tell("@…@example.org", None)
    assert terminal.getvalue().decode() == "@…@example.org"


def test_metrics_of_what_was_not_seen_are_left_to_grow_old(out_of_sight, run, gateway, tmp_path):
    target = tmp_path / "federation.prom"
    target.write_text("of the last time")
    written = run(out_of_sight, "--local-domain", APEX, "--format", "prometheus", "--output", str(target))
    pushed = run(out_of_sight, "--local-domain", APEX, "--push", f"http://127.0.0.1:{gateway.server_address[1]}/")
    assert (written.returncode, pushed.returncode) == (3, 3)
    assert "no route" in written.stderr and "no route" in pushed.stderr
    assert (target.read_text(), gateway.pushed) == ("of the last time", [])
    assert pushed.stdout.startswith("UNKNOWN: ")


def test_a_fault_that_was_seen_counts_although_something_else_is_out_of_sight(bed, fediverse, run):
    running = bed(fediverse(change=without_query))
    running.resolve = tuple(line for line in running.resolve if not line.startswith(WEB)) + NO_ROUTE[2:]
    done = run(running, "--local-domain", APEX, "--format", "prometheus")
    found = samples(done.stdout)
    assert done.returncode == 2
    assert (holds(found, "C3"), holds(found, "api")) == (0, None)


def test_what_servers_send_neither_ends_a_line_nor_the_program(bed, fediverse, run):
    def change(ask, answer):
        if ask.path == "/api/v2/instance":
            told = json.loads(answer.body) | {"domain": "\x1b[2J\nOK: \ud800" + "x" * 10_000}
            return answer.but(body=json.dumps(told).encode())
        return answer

    done = run(bed(fediverse(change=change)), "--local-domain", APEX)
    assert (done.returncode, done.stderr) == (2, "")
    (line,) = [line for line in done.stdout.splitlines() if line.startswith("api ")]
    assert r"\x1b[2J\nOK: \ud800xxx" in line and len(line) < 3000


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("--least-days", "many"), "invalid int value"),
        (("--unheard-of",), "unrecognized arguments"),
        (("--resolve", "nonsense"), "is not host:port:address"),
        (("--request-timeout", "0"), "0 seconds are no time"),
        (("--request-timeout", "nan"), "nan seconds are no time"),
        (("--ca-path", "/nonexistent"), "cannot be read"),
        (("--local-domain", "https://example.org/"), "is not a domain name"),
        (("--output", "/nonexistent/file"), "No such file"),
    ],
)
def test_what_cannot_be_checked_exits_with_3(bed, run, arguments, words):
    done = run(bed(), *arguments)
    assert (done.returncode, done.stdout) == (3, "")
    assert words in done.stderr
    assert "Traceback" not in done.stderr


def test_json_is_what_the_module_returns(bed, run):
    running = bed()
    told = json.loads(run(running, "--format", "json").stdout)
    assert told == running.check(local_domain=None).as_dict()


def test_metrics_tell_what_holds_and_when_it_was_asked(bed, fediverse, run):
    found = samples(run(bed(fediverse(change=without_query)), "--format", "prometheus").stdout)
    assert [holds(found, clause) for clause in ("C1", "C3", "C12")] == [1, 0, None]
    labels = (("clause", "C7"), ("duty", "should"), ("web_domain", WEB))
    assert ("mastodon_federation_verdict", *labels) in found
    assert found["mastodon_federation_check_timestamp_seconds", ("web_domain", WEB)] > 1_700_000_000


def test_a_clause_with_nothing_to_judge_has_no_sample(bed, fediverse, run):
    nothing = fediverse(change=lambda ask, answer: answer.but(404, Location=None) if ask.host == APEX else answer)
    found = samples(run(bed(nothing), "--format", "prometheus").stdout)
    assert [holds(found, clause) for clause in ("C1", "C2", "C3", "C5", "C10", "C9")] == [0, None, None, None, None, 1]


def test_a_clause_that_cannot_be_read_does_not_hold(bed):
    running = bed()
    report = running.check(reach=running.reach(resolve=tuple(r for r in running.resolve if not r.startswith(APEX))))
    found = samples(FORMS["prometheus"](report, Status.CRITICAL, 0))
    assert (holds(found, "C3"), holds(found, "C8")) == (0, 1)


def test_a_file_for_a_collector_is_whole_and_readable(bed, run, tmp_path):
    target = tmp_path / "federation.prom"
    target.write_text("of the last time")
    done = run(bed(), "--format", "prometheus", "--output", str(target))
    assert (done.returncode, done.stdout) == (0, "")
    assert holds(samples(target.read_text()), "C1") == 1
    assert target.stat().st_mode & 0o777 == 0o644
    assert list(tmp_path.iterdir()) == [target]


@pytest.fixture
def gateway():
    """Keeps what is pushed; the path /refused takes nothing."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self):
            body = self.rfile.read(int(self.headers["Content-Length"]))
            server.pushed.append((self.path, self.headers["Content-Type"], body.decode()))
            self.send_response(400 if self.path == "/refused" else 200)
            self.end_headers()

        def log_message(self, *args):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.pushed = []
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
    yield server
    server.shutdown()
    server.server_close()


def test_metrics_are_pushed_besides_what_is_told(bed, run, gateway):
    url = f"http://127.0.0.1:{gateway.server_address[1]}/metrics/job/mastodon_federation/instance/{WEB}"
    done = run(bed(), "--push", url)
    assert (done.returncode, done.stdout.split(":")[0]) == (0, "OK")
    ((path, kind, body),) = gateway.pushed
    assert (url.endswith(path), kind) == (True, "text/plain; version=0.0.4")
    assert holds(samples(body), "C1") == 1


def test_metrics_that_cannot_be_pushed_exit_with_3_after_the_verdicts(bed, run, gateway):
    done = run(bed(), "--push", f"http://127.0.0.1:{gateway.server_address[1]}/refused")
    assert (done.returncode, done.stdout.split(":")[0]) == (3, "OK")
    assert "cannot be pushed" in done.stderr


def test_inside_a_cluster_its_own_resolver_is_judged(bed, run):
    done = run(bed(), "--inside")  # the names of this test are in no DNS
    assert done.returncode == 0
    assert (
        f"names inside: drift. Expected public addresses for both names, also inside the cluster; got {WEB} "
        in done.stdout
    )
    assert run(bed(), "--inside", "--advise").returncode == 1
