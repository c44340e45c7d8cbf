"""The role edge rendered to files, in every shape it has."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).parents[2]
SERVICES = {"web": {"name": "mastodon-web", "port": 3000}, "streaming": {"name": "mastodon-streaming", "port": 4000}}
SPLIT = {"mastodon_local_domain": "example.org", "mastodon_web_domain": "social.example.org"}
VARIANTS: dict[str, dict[str, Any]] = {
    "split": {**SPLIT, "edge_certificate_secret": "tls", "edge_handle_certificate_secret": "apex-tls"},
    "issuer": {
        **SPLIT,
        "edge_certificate_issuer": {"name": "letsencrypt", "kind": "ClusterIssuer"},
        "edge_gateway_annotations": {"a": "b"},
        "edge_route_annotations": {"c": "d"},
    },
    "one": {"mastodon_local_domain": "example.org", "edge_certificate_secret": "tls"},
    "shared": {
        **SPLIT,
        "edge_gateway_create": False,
        "edge_gateway_name": "public",
        "edge_gateway_namespace": "gateways",
        "edge_gateway_section": "https-social",
        "edge_handle_gateway_section": "https-apex",
        "edge_request_timeout": None,
        "edge_streaming_timeout": None,
    },
    "apex elsewhere": {
        **SPLIT,
        "edge_certificate_secret": "tls",
        "edge_handle_gateway_name": "site",
        "edge_handle_gateway_namespace": "site",
        "edge_handle_gateway_section": "https",
    },
}


TRAEFIK = {**SPLIT, "edge_backend": "traefik"}
INGRESS = {**SPLIT, "edge_backend": "ingress"}
VARIANTS |= {
    "traefik": TRAEFIK,
    "traefik issuer": {
        **TRAEFIK,
        "edge_certificate_issuer": {"name": "letsencrypt", "kind": "ClusterIssuer"},
        "edge_traefik_http_entry_point": None,
        "edge_request_timeout": None,
        "edge_streaming_timeout": None,
        "edge_route_annotations": {"c": "d"},
    },
    "traefik one": {**TRAEFIK, "mastodon_local_domain": "social.example.org", "edge_certificate_secret": "tls"},
    "ingress": {
        **INGRESS,
        "edge_ingress_class": "haproxy",
        "edge_certificate_secret": "tls",
        "edge_route_annotations": {"c": "d"},
        "edge_ingress_streaming_annotations": {"timeout": "1h"},
    },
    "ingress bare": INGRESS,
    "ingress apex-tls": {**INGRESS, "edge_certificate_secret": "tls", "edge_handle_certificate_secret": "apex-tls"},
    "ingress issuer": {**INGRESS, "edge_certificate_issuer": {"name": "letsencrypt", "kind": "ClusterIssuer"}},
    "none": {**SPLIT, "edge_backend": "none"},
    "outside": {**SPLIT, "edge_certificate_secret": "tls", "edge_handle_backend": "none"},
    "mixed": {**SPLIT, "edge_certificate_secret": "tls", "edge_handle_backend": "traefik"},
}


def render(variables: dict[str, Any], directory: Path) -> str:
    """Writes out/edge.yaml; what ansible-playbook said."""
    inventory = directory / "inventory.yml"
    host = {
        "mastodon_namespace": "social",
        "mastodon_mode": "render",
        "mastodon_render_path": str(directory / "out"),
        "edge_services": SERVICES,
        **variables,
    }
    inventory.write_text(yaml.safe_dump({"mastodon": {"hosts": {"one": host}}}))
    # No cluster is named, and none is there by chance: rendering must not ask for one.
    environment = {name: value for name, value in os.environ.items() if "KUBE" not in name and "K8S" not in name}
    command = ["ansible-playbook", "tests/support/edge.yml", "-i", str(inventory)]
    done = subprocess.run(
        command, cwd=ROOT, env={**environment, "HOME": str(directory)}, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout
