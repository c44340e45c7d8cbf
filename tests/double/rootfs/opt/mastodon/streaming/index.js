// This is not Mastodon's streaming server but a test double of it: tests/double/README.md. The program is mastodon_double/streaming.
