"""Names to addresses within one check: once, in bounded time, and never into a private network by an answer's word."""

from __future__ import annotations

import socket
import threading

import pytest
from ansible_collections.fediverse.mastodon.plugins.module_utils._probe._addresses import Address, parse_overrides
from ansible_collections.fediverse.mastodon.plugins.module_utils._probe._resolver import (
    PrivateAddressError,
    Resolver,
    resolved_here,
)

PUBLIC, INSIDE, SIXTH = "93.184.216.34", "10.0.0.7", "2606:2800:21f:cb07:6820:80da:af6b:8b2c"


class System:
    """The system's resolver as a table; what is no address is raised."""

    def __init__(self, **names):
        self.names = {name.replace("_", "."): found for name, found in names.items()}
        self.asked = []

    def __call__(self, host, port, *options):
        self.asked.append(host)
        found = self.names.get(host, [])
        answers = found.pop(0) if found and isinstance(found[0], (list, Exception)) else found
        if isinstance(answers, Exception):
            raise answers
        if not answers:
            raise socket.gaierror(socket.EAI_NONAME, "unknown")
        return [(0, 0, 0, "", (ip, port)) for ip in answers]


@pytest.fixture
def system(monkeypatch):
    def install(**names):
        table = System(**names)
        monkeypatch.setattr(socket, "getaddrinfo", table)
        return table

    return install


def test_a_name_is_looked_up_once_for_all_ports_and_families(system):
    table = system(x_example=[SIXTH, PUBLIC])
    resolver = Resolver()
    assert resolver.addresses("x.example", 443, 1.0) == (Address(SIXTH, 443), Address(PUBLIC, 443))
    assert resolver.addresses("x.example", 80, 1.0, 4) == (Address(PUBLIC, 80),)
    assert table.asked == ["x.example"]


def test_a_name_that_is_unknown_stays_so(system):
    table = system()
    resolver = Resolver()
    for _unused in range(2):
        with pytest.raises(socket.gaierror, match="unknown"):
            resolver.addresses("x.example", 443, 1.0)
    assert table.asked == ["x.example"]


def test_a_resolver_that_is_busy_for_a_moment_is_asked_again(system):
    busy = socket.gaierror(socket.EAI_AGAIN, "busy")
    table = system(x_example=[busy, [PUBLIC]], y_example=[busy, busy, [PUBLIC]])
    assert Resolver().addresses("x.example", 443, 1.0) == (Address(PUBLIC, 443),)
    with pytest.raises(socket.gaierror, match="busy"):
        Resolver().addresses("y.example", 443, 1.0)
    assert table.asked == ["x.example"] * 2 + ["y.example"] * 2


def test_a_resolver_that_hangs_is_waited_for_once(monkeypatch):
    awake = threading.Event()

    def hang(*asked):
        awake.wait(30)
        raise OSError("woken")

    monkeypatch.setattr(socket, "getaddrinfo", hang)
    resolver = Resolver()
    with pytest.raises(TimeoutError):
        resolver.addresses("x.example", 443, 0.1)
    with pytest.raises(TimeoutError):
        resolver.addresses("x.example", 443, 3600)  # at once: else the hanging lookup ends first, with another error
    assert not awake.is_set()
    awake.set()


@pytest.mark.parametrize("inside", [INSIDE, "169.254.169.254", "::1", "fd00::7", "::ffff:10.0.0.7", "127.0.0.1"])
def test_an_answer_does_not_lead_inside(system, inside):
    system(web_example=[PUBLIC], vault_internal=[inside])
    with pytest.raises(PrivateAddressError, match="only the instance names vault"):
        Resolver(named=("web.example",)).addresses("vault.internal", 443, 1.0)


def test_of_a_host_in_an_answer_only_public_addresses_are_used(system):
    system(web_example=[PUBLIC], both_example=[INSIDE, PUBLIC])
    resolver = Resolver(named=("web.example",))
    assert resolver.addresses("both.example", 443, 1.0) == (Address(PUBLIC, 443),)


def test_who_is_named_by_the_asker_may_be_inside(system):
    system(web_example=[INSIDE])
    assert Resolver(named=("web.example",)).addresses("web.example", 443, 1.0) == (Address(INSIDE, 443),)


def test_beside_an_instance_that_is_inside_others_may_be_as_well(system):
    system(web_example=[INSIDE], streaming_example=["10.0.0.8"])
    resolver = Resolver(named=("web.example",))
    assert resolver.addresses("streaming.example", 443, 1.0) == (Address("10.0.0.8", 443),)


def test_an_override_puts_the_instance_inside(system):
    system(web_example=[PUBLIC], streaming_example=["10.0.0.8"])
    resolver = Resolver(parse_overrides(["web.example:443:172.18.0.5"]), named=("web.example",))
    assert resolver.addresses("streaming.example", 443, 1.0) == (Address("10.0.0.8", 443),)


def test_an_override_leads_anywhere(system):
    system(web_example=[PUBLIC])
    resolver = Resolver(parse_overrides(["streaming.example:443:10.0.0.8"]), named=("web.example",))
    assert resolver.addresses("streaming.example", 443, 1.0) == (Address("10.0.0.8", 443),)
    with pytest.raises(socket.gaierror):  # another port of it is not overridden
        resolver.addresses("streaming.example", 4000, 1.0)


def test_without_names_of_the_asker_he_named_them_all(system):
    system(x_example=[INSIDE])
    assert Resolver().addresses("x.example", 443, 1.0) == (Address(INSIDE, 443),)


def test_names_here_are_told_with_all_their_addresses(system):
    system(x_example=[INSIDE, PUBLIC])
    assert resolved_here(["x.example", "y.example"]) == {"x.example": (INSIDE, PUBLIC), "y.example": ()}
