# This is not Mastodon's configuration of Puma but a test double's: tests/double/README.md. The program is mastodon_double/web.
