"""The JSON that servers and clients read (mastodon: app/serializers). Accounts are rows of `accounts`. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from .release import Release
from .site import Site

Row = Mapping[str, Any]
Json = dict[str, Any]

_CONTEXT = ["https://www.w3.org/ns/activitystreams", "https://w3id.org/security/v1"]
_WEBFINGER_CONTEXT = "https://purl.archive.org/socialweb/webfinger"
INSTANCE_ACTOR_ID = -99
_PUBLIC = "https://www.w3.org/ns/activitystreams#Public"
NUMERIC_ID = 1  # id_scheme: the default of accounts made by 4.5 and later


def actor_path(account: Row) -> str:
    """The path of the actor's id: by number since 4.5, by name for older accounts (activitypub/tag_manager.rb)."""
    if account["id"] == INSTANCE_ACTOR_ID:
        return "/actor"
    return f"/ap/users/{account['id']}" if account.get("id_scheme") == NUMERIC_ID else f"/users/{account['username']}"


def profile_path(account: Row) -> str:
    return "/about/more?instance_actor=true" if account["id"] == INSTANCE_ACTOR_ID else f"/@{account['username']}"


def webfinger(account: Row, site: Site) -> Json:
    """The subject is always user@LOCAL_DOMAIN (mastodon.md 4)."""
    actor, profile = site.url(actor_path(account)), site.url(profile_path(account))
    interaction = site.url("/authorize_interaction?uri=")
    return {
        "subject": f"acct:{account['username']}@{site.local_domain}",
        "aliases": [actor] if account["id"] == INSTANCE_ACTOR_ID else [profile, actor],
        "links": [
            {"rel": "http://webfinger.net/rel/profile-page", "type": "text/html", "href": profile},
            {"rel": "self", "type": "application/activity+json", "href": actor},
            {"rel": "http://ostatus.org/schema/1.0/subscribe", "template": f"{interaction}{{uri}}"},
            {"rel": "https://w3id.org/fep/3b86/Create", "template": site.url("/share?text={content}")},
            {"rel": "https://w3id.org/fep/3b86/Object", "template": f"{interaction}{{object}}"},
        ],
    }


def host_meta_xml(site: Site) -> str:
    template = site.url("/.well-known/webfinger?resource={uri}")
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        '<XRD xmlns="http://docs.oasis-open.org/ns/xri/xrd-1.0">\n'
        f'  <Link rel="lrdd" template="{template}"/>\n'
        "</XRD>\n"
    )


def host_meta_json(site: Site) -> Json:
    return {"links": [{"rel": "lrdd", "template": site.url("/.well-known/webfinger?resource={uri}")}]}


def nodeinfo_links(site: Site) -> Json:
    return {"links": [{"rel": "http://nodeinfo.diaspora.software/ns/schema/2.0", "href": site.url("/nodeinfo/2.0")}]}


def nodeinfo(release: Release, site: Site, settings: Row, counts: Row) -> Json:
    return {
        "version": "2.0",
        "software": {"name": "mastodon", "version": str(release)},
        "protocols": ["activitypub"],
        "services": {"outbound": [], "inbound": []},
        "usage": {
            "users": {"total": counts["users"], "activeMonth": 0, "activeHalfyear": 0},
            "localPosts": counts["statuses"],
        },
        "openRegistrations": settings["registrations_mode"] != "none" and not site.single_user,
        "metadata": {"nodeName": settings["site_title"], "nodeDescription": settings["site_short_description"]},
    }


def actor(account: Row, site: Site) -> Json:
    """The actor's id equals the self link of WebFinger (federation.md C9)."""
    id_ = site.url(actor_path(account))
    instance_actor = account["id"] == INSTANCE_ACTOR_ID
    document = {
        "@context": _CONTEXT if instance_actor else [*_CONTEXT, _WEBFINGER_CONTEXT],
        "id": id_,
        "type": "Application" if instance_actor else "Person",
        "inbox": f"{id_}/inbox",
        "outbox": f"{id_}/outbox",
        "preferredUsername": account["username"],
        "url": site.url(profile_path(account)),
        "manuallyApprovesFollowers": account["locked"],
        "publicKey": {"id": f"{id_}#main-key", "owner": id_, "publicKeyPem": account["public_key"]},
        "endpoints": {"sharedInbox": site.url("/inbox")},
    }
    if instance_actor:  # only these fields, see instance_actors_controller.rb
        return document
    return document | {
        "webfinger": f"{account['username']}@{site.local_domain}",
        "following": f"{id_}/following",
        "followers": f"{id_}/followers",
        "featured": f"{id_}/collections/featured",
        "featuredTags": f"{id_}/collections/tags",
        "name": account["display_name"] or account["username"],
        "summary": account["note"],
        "discoverable": bool(account["discoverable"]),
        "indexable": bool(account["indexable"]),
        "published": account["created_at"].strftime("%Y-%m-%dT00:00:00Z"),
        "memorial": account["memorial"],
        "interactionPolicy": {"canFeature": {"automaticApproval": [_PUBLIC if account["discoverable"] else id_]}},
        "tag": [],
        "attachment": [],
    }


def account_entity(account: Row, site: Site) -> Json:
    blank = site.url("/avatars/original/missing.png")
    return {
        "id": str(account["id"]),
        "username": account["username"],
        "acct": account["username"],
        "display_name": account["display_name"],
        "locked": account["locked"],
        "bot": False,
        "discoverable": account["discoverable"],
        "group": False,
        "created_at": account["created_at"].strftime("%Y-%m-%dT00:00:00.000Z"),
        "note": account["note"],
        "url": site.url(profile_path(account)),
        "uri": site.url(actor_path(account)),
        "avatar": blank,
        "avatar_static": blank,
        "header": site.url("/headers/original/missing.png"),
        "header_static": site.url("/headers/original/missing.png"),
        "followers_count": 0,
        "following_count": 0,
        "statuses_count": account.get("statuses_count") or 0,
        "last_status_at": None,
        "emojis": [],
        "roles": [],
        "fields": [],
    }


def status_entity(status: Row, account: Row, site: Site) -> Json:
    path = f"{profile_path(account)}/{status['id']}"
    return {
        "id": str(status["id"]),
        "created_at": status["created_at"].strftime("%Y-%m-%dT%H:%M:%S.000Z"),
        "visibility": "public",
        "uri": site.url(f"{actor_path(account)}/statuses/{status['id']}"),
        "url": site.url(path),
        "content": f"<p>{status['text']}</p>",
        "account": account_entity(account, site),
        "media_attachments": [],
        "tags": [],
        "mentions": [],
        "emojis": [],
    }
