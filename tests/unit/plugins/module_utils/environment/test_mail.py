"""Mail: every way of encryption gives consistent variables, and only to workers that send mail (T33)."""

from __future__ import annotations

import pytest

REF = {"name": "mail", "key": "password"}


def mail(environments, **given):
    built = environments(app_smtp={"server": "mx.example.org", **given})
    return built["sidekiq-work"].values


@pytest.mark.parametrize(
    ("given", "port", "tls", "starttls"),
    [
        ({}, "587", "false", "always"),
        ({"port": 587}, "587", "false", "always"),
        ({"port": 465}, "465", "true", "never"),
        ({"port": 25}, "25", "false", "never"),
        ({"tls": "implicit"}, "465", "true", "never"),
        ({"tls": "starttls"}, "587", "false", "always"),
        ({"tls": "none"}, "25", "false", "never"),
        ({"port": 2525, "tls": "starttls"}, "2525", "false", "always"),
        ({"port": 2465, "tls": "implicit"}, "2465", "true", "never"),
        ({"port": 1025, "tls": "none"}, "1025", "false", "never"),
        ({"port": 25, "tls": "starttls"}, "25", "false", "always"),
        ({"port": "465"}, "465", "true", "never"),
    ],
)
def test_every_mode(environments, given, port, tls, starttls):
    values = mail(environments, **given)
    assert (values["SMTP_PORT"], values["SMTP_TLS"], values["SMTP_ENABLE_STARTTLS"]) == (port, tls, starttls)
    assert not {"SMTP_SSL", "SMTP_ENABLE_STARTTLS_AUTO"} & set(values)


def test_an_unusual_port_leaves_the_encryption_open(environments):
    with pytest.raises(ValueError, match="set tls to implicit, starttls or none"):
        mail(environments, port=2525)


def test_without_a_login_nothing_is_signed_in_to(environments):
    assert mail(environments)["SMTP_AUTH_METHOD"] == "none"
    with_login = environments(app_smtp={"server": "mx", "login": "m", "password_secret": REF})["sidekiq-work"]
    assert "SMTP_AUTH_METHOD" not in with_login.values
    assert with_login.secret_refs["SMTP_PASSWORD"] == REF
    assert mail(environments, login="m", auth_method="cram_md5")["SMTP_AUTH_METHOD"] == "cram_md5"


def test_the_sender_is_of_the_local_domain_unless_told(environments):
    assert mail(environments)["SMTP_FROM_ADDRESS"] == "notifications@example.org"
    assert mail(environments, from_address="a@b.example")["SMTP_FROM_ADDRESS"] == "a@b.example"


def test_mail_concerns_the_workers_that_send_it_alone(environments):
    built = environments(
        app_smtp={"server": "mx", "login": "m", "password_secret": REF}, app_bulk_smtp={"server": "bulk"}
    )
    told = [name for name, one in built.items() if any("SMTP" in key for key in {*one.values, *one.secret_refs})]
    assert told == ["sidekiq-work"]


def test_bulk_mail_is_a_block_of_its_own_without_a_sender(environments):
    built = environments(app_smtp={"server": "mx"}, app_bulk_smtp={"server": "bulk", "tls": "implicit"})["sidekiq-work"]
    bulk = {key: value for key, value in built.values.items() if key.startswith("BULK_SMTP")}
    assert bulk == {
        "BULK_SMTP_SERVER": "bulk",
        "BULK_SMTP_PORT": "465",
        "BULK_SMTP_TLS": "true",
        "BULK_SMTP_ENABLE_STARTTLS": "never",
        "BULK_SMTP_AUTH_METHOD": "none",
    }


def test_a_private_authority_is_mounted(environments):
    built = environments(app_smtp={"server": "mx", "ca_secret": REF})["sidekiq-work"]
    assert built.values["SMTP_CA_FILE"] == "/etc/mastodon/ca/smtp/ca.crt"
    assert built.mounts["ca-smtp"].secret == REF
