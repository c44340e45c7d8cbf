"""An apex on which somebody has a site, and an instance in another namespace whose handles are to be found there."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from ansible_collections.fediverse.mastodon.plugins.module_utils._probe._check import Reach
from ansible_collections.fediverse.mastodon.plugins.module_utils._probe._http import Observation, Request, Response
from support.certificates import write
from support.instance import create, pod, start
from support.modules import Finished, run
from support.playbooks import kubectl, objects
from support.rails import until

WEBFINGER = "/.well-known/webfinger"
CONTENT = {"index.html": "<h1>The site on the apex</h1>\n", "about": "Ünïcode, and\r\nboth line ends\n"}
# What the site answers itself: pages, what is missing, and paths near ours.
FOREIGN = (
    "/",
    "/about",
    "/missing",
    "/api/v2/instance",
    "/@alice",
    "/.well-known/acme-challenge/x",
    f"{WEBFINGER}/more",
    "/.well-known/matrix/client",
)


class Place(NamedTuple):
    """The namespaces of the instance and of the site, and the domains of the handles and of the instance."""

    namespace: str
    site: str
    apex: str
    web: str


@contextmanager
def settled(place: Place, directory: Path) -> Iterator[str]:
    """The instance and the site; certificates for both domains in both namespaces. The file that vouches for them."""
    namespaces = (place.namespace, place.site)
    for namespace in namespaces:
        kubectl("delete", "namespace", namespace, "--ignore-not-found")
        kubectl("create", "namespace", namespace)
    try:
        for name, domain in (("web", place.web), ("apex", place.apex)):
            write(directory / name, [domain])
            files = [f"--cert={directory / name}/tls.crt", f"--key={directory / name}/tls.key"]
            for namespace in namespaces:
                kubectl("-n", namespace, "create", "secret", "tls", f"{name}-tls", *files)
        literals = [f"--from-literal={name}={text}" for name, text in CONTENT.items()]
        kubectl("-n", place.site, "create", "configmap", "program", *literals)
        create(place.site, pod("site", ["-m", "http.server", "8080", "--directory", "/program"], "/"))
        start(place.namespace, place.apex, place.web)
        kubectl("-n", place.site, "wait", "pod", "--all", "--for=condition=Ready", "--timeout=120s")
        file = directory / "authorities.crt"
        file.write_text("".join((directory / name / "ca.crt").read_text() for name in ("web", "apex")))
        yield str(file)
    finally:
        for namespace in namespaces:
            kubectl("delete", "namespace", namespace, "--ignore-not-found", "--wait=false")


class Edge:
    """Where the domains are answered, and the module with the options that hold there."""

    def __init__(self, place: Place, address: str, authorities: str, **options: Any) -> None:
        self.address = address
        self.resolve = [f"{name}:{port}:{address}" for name in (place.apex, place.web) for port in (80, 443)]
        self._apex = place.apex
        self._authorities = authorities
        self._options = {
            "local_domain": place.apex,
            "web_domain": place.web,
            "namespace": place.namespace,
            "resolve": self.resolve,
            "ca_path": authorities,
            "timeout": 30,
            **options,
        }

    def ask(self, url: str) -> Observation:
        return Reach(tuple(self.resolve), self._authorities).prober().send(Request(url))

    def handle(self, *arguments: str, **changed: Any) -> Finished:
        return run("webfinger_redirect", *arguments, **{**self._options, **changed})

    def site(self) -> list[tuple[int, str, bytes]]:
        """Everything the site answers: statuses, types and bytes."""
        found: list[Any] = [self.ask(f"https://{self._apex}{path}") for path in FOREIGN]
        return [(answer.status, answer.media_type, answer.body) for answer in found]


@contextmanager
def site_on_traefik(place: Place, authorities: str) -> Iterator[Edge]:
    """Traefik, which leads all of the apex to the site; without Traefik the test is skipped."""
    found = json.loads(kubectl("get", "service", "-A", "-o", "json", "--field-selector=metadata.name=traefik"))["items"]
    if not found:
        pytest.skip("Traefik is not installed (tests/cluster/bed operators traefik)")
    edge = Edge(place, found[0]["spec"]["clusterIP"], authorities)
    create(place.site, [ingress_route("site", f"Host(`{place.apex}`)", secretName="apex-tls")])
    try:
        until(lambda: isinstance(edge.ask(f"https://{place.apex}/"), Response) and edge.site()[0][0] == 200)
        yield edge
    finally:
        kubectl("-n", place.site, "delete", "ingressroutes.traefik.io", "--all")


def ingress_route(name: str, match: str, **tls: str) -> dict[str, Any]:
    """A route of Traefik's own kind to the site."""
    rule = {"kind": "Rule", "match": match, "services": [{"name": "mastodon-site", "port": 8080}]}
    return {
        "apiVersion": "traefik.io/v1alpha1",
        "kind": "IngressRoute",
        "metadata": {"name": name},
        "spec": {"entryPoints": ["websecure"], "routes": [rule], "tls": tls},
    }


def names(kind: str, namespace: str) -> set[str]:
    return {one["metadata"]["name"] for one in objects(kind, namespace)}


def actions(done: Finished) -> dict[str, str]:
    """``Kind name`` -> created, changed, pruned, kept or unchanged."""
    return {f"{one['kind']} {one['name']}": one["action"] for one in done["objects"]}


def told(done: Finished) -> str:
    """What was printed, warnings among it, without the breaks of its lines."""
    return " ".join(done.output.split())
