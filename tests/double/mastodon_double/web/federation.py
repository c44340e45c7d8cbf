"""What other servers ask for (mastodon.md 4, federation.md "Mastodon as server")."""

from __future__ import annotations

from aiohttp import web

from .. import documents
from ..documents import INSTANCE_ACTOR_ID
from ..webfinger import INSTANCE_ACTOR, InvalidResourceError, Target, UnknownResourceError, target_of
from .cache import remember
from .context import cached, context_of

_DAY = 86_400
_ACTIVITY = "application/activity+json"


async def webfinger(request: web.Request) -> web.Response:
    """Cache 3 days (errors 3 min); 400 without a resource; 410 for an account suspended for good."""
    context = context_of(request)
    resource = request.query.get("resource", "")
    try:
        if not resource.strip():
            raise InvalidResourceError
        account = await context.store.account(target_of(resource, context.site))
    except InvalidResourceError:
        return web.Response(status=400, headers=cached(180))
    except UnknownResourceError:
        account = None
    if not account:
        return web.Response(status=404, headers=cached(180))
    if account["suspended_at"]:
        return web.Response(status=410, headers=cached(180))
    return web.json_response(
        documents.webfinger(account, context.site), content_type="application/jrd+json", headers=cached(3 * _DAY)
    )


async def host_meta(request: web.Request) -> web.Response:
    """XML, or JSON for .json and for who asks for nothing else (mastodon: well_known/host_meta_controller.rb)."""
    site = context_of(request).site
    if request.path.endswith(".json") or request.headers.get("Accept", "").startswith("application/json"):
        return web.json_response(documents.host_meta_json(site), headers=cached(3 * _DAY))
    return web.Response(
        text=documents.host_meta_xml(site), content_type="application/xrd+xml", headers=cached(3 * _DAY)
    )


async def nodeinfo_links(request: web.Request) -> web.Response:
    return web.json_response(documents.nodeinfo_links(context_of(request).site), headers=cached(3 * _DAY))


async def nodeinfo(request: web.Request) -> web.Response:
    context = context_of(request)
    document = documents.nodeinfo(
        context.release, context.site, await context.store.settings(), await context.store.counts()
    )
    await remember(context, "nodeinfo", document)
    return web.json_response(document, headers=cached(1800))


async def instance_actor(request: web.Request) -> web.Response:
    """Never needs a signature: it is what signatures are checked with."""
    context = context_of(request)
    account = await context.store.account(INSTANCE_ACTOR)
    if not account:
        raise web.HTTPNotFound
    return web.json_response(documents.actor(account, context.site), content_type=_ACTIVITY, headers=cached(600))


async def by_username(request: web.Request) -> web.Response:
    """/users/NAME: the actor for who accepts it, else a redirect to the profile page (mastodon: config/routes.rb)."""
    name = request.match_info["username"]
    if wants_html(request.headers.get("Accept")):
        return web.Response(
            status=301, headers={"Location": f"https://{request.host}/@{name}", "Vary": "Origin, Accept"}
        )
    return await _actor(request, Target(username=name))


async def by_id(request: web.Request) -> web.Response:
    account_id = int(request.match_info["id"])
    return await _actor(request, INSTANCE_ACTOR if account_id == INSTANCE_ACTOR_ID else Target(account_id=account_id))


async def profile(request: web.Request) -> web.Response:
    """/@NAME: a page, or the actor."""
    target = Target(username=request.match_info["username"])
    if not wants_html(request.headers.get("Accept")):
        return await _actor(request, target)
    account = await _visible(request, target)
    site = context_of(request).site
    link = f'<{site.url(documents.actor_path(account))}>; rel="alternate"; type="{_ACTIVITY}"'
    handle = f"@{account['username']}@{site.local_domain}"
    page = f"<!doctype html><title>{handle} (mastodon-double)</title><h1>{handle}</h1>\n"
    return web.Response(text=page, content_type="text/html", headers={"Link": link, **cached(15, even_stale=True)})


async def _actor(request: web.Request, target: Target) -> web.Response:
    site = context_of(request).site
    if site.authorized_fetch and "Signature" not in request.headers:
        return web.json_response({"error": "Request not signed"}, status=401)
    account = await _visible(request, target)
    return web.json_response(documents.actor(account, site), content_type=_ACTIVITY, headers=cached(180))


async def _visible(request: web.Request, target: Target) -> documents.Row:
    """404 while the user waits for approval or confirmation, 410 once suspended (account_owned_concern.rb)."""
    account = await context_of(request).store.account(target)
    if not account:
        raise web.HTTPNotFound
    if account["id"] != INSTANCE_ACTOR_ID and not (account["approved"] and account["confirmed_at"]):
        raise web.HTTPNotFound
    if account["suspended_at"]:
        raise web.HTTPGone
    return account


async def inbox(_request: web.Request) -> web.Response:
    """Reachable, and closed to who does not sign; the double verifies no signature, so it takes nothing in."""
    return web.json_response({"error": "Request not signed"}, status=401)


def wants_html(accept: str | None) -> bool:
    """Rails' format of a request: */* and what a browser sends are HTML."""
    if not accept or "*/*" in accept:
        return True
    first = accept.split(",")[0].split(";")[0].strip()
    return first not in ("application/json", _ACTIVITY, "application/ld+json", "application/jrd+json")


ROUTES = [
    web.get("/.well-known/webfinger", webfinger),
    web.get("/.well-known/host-meta", host_meta),
    web.get("/.well-known/host-meta.json", host_meta),
    web.get("/.well-known/nodeinfo", nodeinfo_links),
    web.get("/nodeinfo/2.0", nodeinfo),
    web.get("/actor", instance_actor),
    web.get("/users/{username:[^@/.]+}", by_username),
    web.get("/ap/users/{id:-?[0-9]+}", by_id),
    web.get("/@{username:[^@/.]+}", profile),
    web.post("/inbox", inbox),
    web.post("/actor/inbox", inbox),
    web.post("/users/{username}/inbox", inbox),
    web.post("/ap/users/{id}/inbox", inbox),
]
