"""bovine and feditest look a handle up: judges.py CASE, where CASE is JSON:

{"handle": "alice@example.org", "resolve": {host: [address, port]}, "ca": file}
Prints what each found: {judge: {"actor": address or null, "complaints": [...]}}.
"""

from __future__ import annotations

import asyncio
import json
import socket
import ssl
import sys
from typing import Any

import aiohttp
from bovine.clients import fetch_nodeinfo, lookup_uri_with_webfinger
from feditest.nodedrivers.imp import Imp, ImpInProcessNodeDriver, NodeConfiguration


class Judge(Imp):
    """feditest's client, which verifies no certificate unless it is told to."""

    context: ssl.SSLContext

    def http(self, request: Any, follow_redirects: bool = True, verify: Any = False) -> Any:
        return super().http(request, follow_redirects, self.context)


def redirect_names(resolve: dict[str, list[Any]]) -> None:
    """No DNS knows the names of tests: their servers may even listen on another port."""
    known = socket.getaddrinfo

    def getaddrinfo(host: Any, port: Any, *rest: Any, **options: Any) -> Any:
        name = host.decode() if isinstance(host, bytes) else host
        return known(*resolve[name], *rest, **options) if name in resolve else known(host, port, *rest, **options)

    socket.getaddrinfo = getaddrinfo


async def bovine(handle: str, context: ssl.SSLContext) -> dict[str, Any]:
    connector = aiohttp.TCPConnector(ssl=context, resolver=aiohttp.ThreadedResolver())
    async with aiohttp.ClientSession(connector=connector) as session:
        actor, _unsure = await lookup_uri_with_webfinger(session, f"acct:{handle}")
        nodeinfo = await fetch_nodeinfo(session, handle.partition("@")[2])
    software = (nodeinfo or {}).get("software", {}).get("name")
    return {"actor": actor, "software": software, "complaints": []}


def feditest(handle: str, context: ssl.SSLContext) -> dict[str, Any]:
    judge = Judge("judge", NodeConfiguration(ImpInProcessNodeDriver(), "Imp"), None)
    judge.context = context
    found = judge.diag_perform_webfinger_query(f"acct:{handle}")
    complaints = [type(error).__name__ for error in found.exceptions]
    links = (json.loads(found.jrd.as_json_string()) if found.jrd else {}).get("links", [])
    return {"actor": next((link["href"] for link in links if link["rel"] == "self"), None), "complaints": complaints}


def attempt(judge: Any) -> dict[str, Any]:
    try:
        return judge()
    except Exception as error:
        return {"actor": None, "complaints": [type(error).__name__]}


def main() -> None:
    case = json.loads(sys.argv[1])
    redirect_names(case["resolve"])
    context = ssl.create_default_context(cafile=case["ca"])
    context.verify_flags &= ~ssl.VERIFY_X509_STRICT  # as browsers and other servers verify
    print(
        json.dumps(
            {
                "bovine": attempt(lambda: asyncio.run(bovine(case["handle"], context))),
                "feditest": attempt(lambda: feditest(case["handle"], context)),
            }
        )
    )


if __name__ == "__main__":
    main()
