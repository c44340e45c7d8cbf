"""A store that answers from a script, and remembers what it was asked."""

from __future__ import annotations

import pytest
from ansible_collections.fediverse.mastodon.plugins.module_utils._s3._client import Answer


class ScriptedStore:
    """Answers by method and query or key; what the script does not say is refused."""

    bucket, endpoint, region = "media", "https://s3.example.org", "us-east-1"

    def __init__(self, script):
        self.script = script
        self.asked, self.headers = [], []

    def _answer(self, *request):
        self.asked.append(request)
        answers = self.script.get(request, Answer(403, {}, b""))
        if isinstance(answers, list):
            return answers.pop(0) if len(answers) > 1 else answers[0]
        return answers

    def url(self, key="", query=""):
        return f"{self.endpoint}/media{'/' + key if key else ''}{'?' + query if query else ''}"

    def signed(self, method, key="", query="", body=b"", headers=None):
        self.headers.append(headers)
        return self._answer(method, f"?{query}" if query else key)

    def anonymous(self, method, url, headers=None):
        return self._answer(method, url, *(headers or {}))

    @property
    def written(self):
        return [request for request in self.asked if request[0] in ("PUT", "DELETE")]


@pytest.fixture
def scripted():
    return ScriptedStore


@pytest.fixture
def answer():
    return lambda status, body=b"", **headers: Answer(
        status, {name.replace("_", "-"): value for name, value in headers.items()}, body
    )
