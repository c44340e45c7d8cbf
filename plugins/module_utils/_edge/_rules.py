# Copyright: (c) 2026, the fediverse.mastodon contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Ready rules for a handle domain that is answered outside the cluster, in the words of the server in use."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Literal

from . import _traefik
from ._handle import HANDLE_PATHS, Handle, headers

Server = Literal["nginx", "caddy", "apache", "traefik", "cloudflare", "netlify", "s3"]

# How the servers call themselves in the header Server of their answers.
_SIGNATURES: dict[str, Server] = {
    "nginx": "nginx",
    "openresty": "nginx",
    "caddy": "caddy",
    "apache": "apache",
    "cloudflare": "cloudflare",
    "netlify": "netlify",
    "amazons3": "s3",
    "cloudfront": "s3",
}
_NAMES = "|".join(path.rpartition("/")[2] for path in HANDLE_PATHS)


def rules(handle: Handle) -> dict[str, str]:
    """The rule for each server that is known, as text to paste."""
    return {server: write(handle) for server, write in _WRITERS.items()}


def rule(handle: Handle, server: Server) -> str:
    return _WRITERS[server](handle)


def recognized(signature: str | None) -> Server | None:
    """The server that signs its answers like this."""
    text = (signature or "").lower()
    return next((server for sign, server in _SIGNATURES.items() if sign in text), None)


def _nginx(handle: Handle) -> str:
    # $request_uri is what the client sent, with its query and undecoded; $uri is not. "always" is for later statuses.
    added = "".join(f'    add_header {name} "{value}" always;\n' for name, value in headers(handle).items())
    body = f"{{\n{added}    return {handle.status} https://{handle.web_domain}$request_uri;\n}}\n"
    return f"# In the server block of {handle.local_domain} on port 443:\n" + "".join(
        f"location = {path} {body}" for path in HANDLE_PATHS
    )


def _caddy(handle: Handle) -> str:
    added = "".join(f'    header {name} "{value}"\n' for name, value in headers(handle).items())
    return (
        f"# In the site block of {handle.local_domain}, before other handle directives:\n"
        f"@mastodon_handle path {' '.join(HANDLE_PATHS)}\n"
        f"handle @mastodon_handle {{\n{added}"
        f"    redir https://{handle.web_domain}{{http.request.orig_uri}} {handle.status}\n}}\n"
    )


def _apache(handle: Handle) -> str:
    # RedirectMatch appends the query as it came. Redirect would take everything below the paths as well.
    pattern = rf"^/\.well-known/({_NAMES})$"
    added = "".join(f'    Header always set {name} "{value}"\n' for name, value in headers(handle).items())
    return (
        f"# In the virtual host of {handle.local_domain} on port 443; needs mod_alias and mod_headers:\n"
        f'RedirectMatch {handle.status} "{pattern}" "https://{handle.web_domain}/.well-known/$1"\n'
        f'<LocationMatch "{pattern}">\n{added}</LocationMatch>\n'
    )


def _traefik_file(handle: Handle) -> str:
    redirect = _traefik.redirect(handle)
    added = "".join(f"          {name}: {json.dumps(value)}\n" for name, value in headers(handle).items())
    return (
        "# Dynamic configuration of the file provider:\n"
        "http:\n"
        "  routers:\n"
        "    mastodon-handle:\n"
        f'      rule: "{_traefik.rule(handle)}"\n'
        f"      priority: {_traefik.PRIORITY}\n"
        f"      entryPoints: [{handle.entry_point}]\n"
        f"      middlewares: [{_traefik.HEADERS}, {_traefik.REDIRECT}]\n"
        "      service: noop@internal\n"
        "      tls: {}\n"
        "  middlewares:\n"
        f"    {_traefik.HEADERS}:\n"
        "      headers:\n"
        "        customResponseHeaders:\n"
        f"{added}"
        f"    {_traefik.REDIRECT}:\n"
        "      redirectRegex:\n"
        f"        regex: '{redirect['regex']}'\n"
        f"        replacement: '{redirect['replacement']}'\n"
        f"        permanent: {json.dumps(redirect['permanent'])}\n"
    )


def _cloudflare(handle: Handle) -> str:
    # A redirect rule of Cloudflare cannot set a header; a Worker can.
    routes = "".join(f"//   {handle.local_domain}{path}*\n" for path in HANDLE_PATHS)
    return (
        f"// A Worker with these routes; requests for other paths go on to the site:\n{routes}"
        f"const PATHS = {json.dumps(HANDLE_PATHS)};\n"
        "export default {\n"
        "  async fetch(request) {\n"
        "    const url = new URL(request.url);\n"
        "    if (!PATHS.includes(url.pathname)) return fetch(request);\n"
        f"    return {_response(handle)};\n"
        "  },\n"
        "};\n"
    )


def _netlify(handle: Handle) -> str:
    # What _headers says is not put on what _redirects sends; an Edge Function answers whole.
    return (
        "// netlify/edge-functions/mastodon-handle.js\n"
        "export default (request) => {\n"
        "  const url = new URL(request.url);\n"
        f"  return {_response(handle)};\n"
        "};\n"
        f"export const config = {{ path: {json.dumps(HANDLE_PATHS)} }};\n"
    )


def _response(handle: Handle) -> str:
    return (
        f"new Response(null, {{ status: {handle.status}, headers: {{\n"
        f'      "Location": "https://{handle.web_domain}" + url.pathname + url.search,\n'
        + "".join(f"      {json.dumps(name)}: {json.dumps(value)},\n" for name, value in headers(handle).items())
        + "    } })"
    )


def _s3(handle: Handle) -> str:
    # The bucket alone has no TLS for a domain of one's own, and its redirects have no headers.
    texts = {301: "Moved Permanently", 302: "Found", 307: "Temporary Redirect"}
    added = "".join(
        f"      {json.dumps(name.lower())}: {{ value: {json.dumps(value)} }},\n"
        for name, value in headers(handle).items()
    )
    return (
        "// A CloudFront Function (runtime cloudfront-js-2.0) in front of the bucket, on the event viewer-request:\n"
        f"const PATHS = {json.dumps(HANDLE_PATHS)};\n"
        "function handler(event) {\n"
        "  const request = event.request;\n"
        "  if (!PATHS.includes(request.uri)) return request;\n"
        "  const query = request.rawQueryString();\n"
        "  return {\n"
        f"    statusCode: {handle.status},\n"
        f"    statusDescription: {json.dumps(texts[handle.status])},\n"
        "    headers: {\n"
        f'      "location": {{ value: "https://{handle.web_domain}" + request.uri + (query ? "?" + query : "") }},\n'
        f"{added}"
        "    },\n"
        "  };\n"
        "}\n"
    )


_WRITERS: dict[Server, Callable[[Handle], str]] = {
    "nginx": _nginx,
    "caddy": _caddy,
    "apache": _apache,
    "traefik": _traefik_file,
    "cloudflare": _cloudflare,
    "netlify": _netlify,
    "s3": _s3,
}
