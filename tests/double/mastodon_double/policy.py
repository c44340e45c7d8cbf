"""The Content-Security-Policy header (mastodon.md 5.6; mastodon: app/lib/content_security_policy.rb). Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping
from urllib.parse import urljoin, urlsplit

from .site import Site


def assets_host(env: Mapping[str, str], site: Site) -> str:
    return env.get("CDN_HOST", "").strip() or _host(site.web_domain)


def media_hosts(env: Mapping[str, str], site: Site) -> list[str]:
    """Where images may come from: assets, then the storage's public host, then EXTRA_MEDIA_HOSTS."""
    assets = assets_host(env, site)
    names = ("S3_ALIAS_HOST", "S3_CLOUDFRONT_HOST", "AZURE_ALIAS_HOST", "S3_HOSTNAME")
    storage = next((_host(env[name]) for name in names if env.get(name, "").strip()), None)
    local = env.get("PAPERCLIP_ROOT_URL", "").strip()
    extra = re.split(r"(?:\s*,\s*|\s+)", env.get("EXTRA_MEDIA_HOSTS", ""))
    found = [assets, storage, _with_slash(urljoin(assets, local)) if local else None, *extra]
    return [host for host in found if host]


def header(env: Mapping[str, str], site: Site, nonce: str) -> str:
    assets, media = assets_host(env, site), " ".join(media_hosts(env, site))
    return "; ".join(
        (
            "base-uri 'none'",
            "default-src 'none'",
            "frame-ancestors 'none'",
            f"font-src 'self' {assets}",
            f"img-src 'self' data: blob: {media}",
            f"media-src 'self' data: {media}",
            f"manifest-src 'self' {assets}",
            "form-action 'none'",
            f"child-src 'self' blob: {assets}",
            f"worker-src 'self' blob: {assets}",
            f"connect-src 'self' data: blob: {media} {site.streaming_url}",
            f"script-src 'self' {assets} 'wasm-unsafe-eval'",
            "frame-src 'self' https:",
            f"style-src 'self' {assets} 'nonce-{nonce}'",
        )
    )


def _host(text: str) -> str:
    return _with_slash(f"https://{text}")


def _with_slash(url: str) -> str:
    """A path must end in a slash, or the browser takes it for one file."""
    return url + "/" if urlsplit(url).path and not url.endswith("/") else url
