"""Pages and their scripts while web's Pods are replaced by those of the next version, one after another (T8)."""

from __future__ import annotations

import base64
import gzip
import re
import threading
from dataclasses import dataclass, field
from urllib.error import HTTPError
from urllib.parse import urlsplit
from urllib.request import Request, urlopen

import pytest
import yaml
from support.modules import run
from support.playbooks import kubectl
from support.upgrading import NEW, OLD, Instance
from support.visitors import PAUSE, Answer, Visitor, failures

pytestmark = pytest.mark.cluster

STORE = "s3.bed-s3.svc:7070"
# A host whose root is the bucket's, as that of a CDN.
BUCKET, FILES = "e2e-assets", "e2e-assets.buckets.test:7070"
GIVEN = {
    "app_sizes": {"web": {"replicas": 2}},
    "app_publish_assets": True,
    "storage_backend": "s3",
    "storage_endpoint": f"http://{STORE}",
    "storage_bucket": BUCKET,
    "storage_bucket_create": True,
    "storage_alias_host": FILES,
    "storage_tuning": {"protocol": "http"},
}
AS_A_BROWSER = {"Origin": "https://assets.test", "Accept-Encoding": "gzip"}
# The next patch release, which has no migrations.
NEXT = "4.6.6"


@dataclass
class Reader(threading.Thread):
    """One who opens the front page again and again, and then the script that it asks for."""

    web: Visitor
    files: str
    pages: list[Answer] = field(default_factory=list)
    scripts: list[Answer] = field(default_factory=list)
    over: threading.Event = field(default_factory=threading.Event)

    def __post_init__(self) -> None:
        super().__init__(daemon=True)

    __hash__ = threading.Thread.__hash__

    def run(self) -> None:
        while not self.over.wait(PAUSE):
            page = self.web.ask("/")
            self.pages.append(page)
            if page.status == 200:
                self.scripts.append(self.read(script_of(page)))

    def leave(self) -> None:
        self.over.set()
        self.join()

    def read(self, address: str) -> Answer:
        """As a browser loads a module from another host: with the page's origin, which the answer must admit."""
        where = urlsplit(address)
        request = Request(
            f"http://{self.files}{where.path}", headers={"Host": where.netloc, "Origin": "https://x.test"}
        )
        try:
            with urlopen(request, timeout=10) as answer:
                told = [answer.headers[name] for name in ("Access-Control-Allow-Origin", "Content-Type")]
                problem = "" if told == ["*", "text/javascript"] else f"{address}: {told}"
                body = answer.read()
                packed = answer.headers["Content-Encoding"] == "gzip"
                return Answer(0, 0 if problem else 200, problem, (gzip.decompress(body) if packed else body).decode())
        except HTTPError as error:
            return Answer(0, error.code, body=address)


def script_of(page: Answer) -> str:
    return re.search(r'<script src="([^"]+)"', page.body)[1]


@pytest.fixture(scope="module")
def instance(tmp_path_factory, store):
    given = {**GIVEN, "storage_resolve": [f"{FILES}:{store}", f"{STORE}:{store}"]}
    with Instance.at(OLD, "assets", tmp_path_factory.mktemp("assets"), **given) as instance:
        yield instance


@pytest.fixture(scope="module")
def store():
    return kubectl("-n", "bed-s3", "get", "service", "s3", "-o", "jsonpath={.spec.clusterIP}")


@pytest.fixture(scope="module")
def readers(instance, store):
    """Three people through the whole upgrade."""
    readers = [Reader(instance.visitor("/"), f"{store}:7070") for _ in range(3)]
    for reader in readers:
        reader.start()
    run = instance.site(NEW)
    for reader in readers:
        reader.leave()
    assert run.code == 0, run.output[-5000:]
    return readers


def test_every_page_finds_its_script(readers):
    for reader in readers:
        seen = {version for version in (OLD, NEW) for page in reader.pages if version in page.body}
        assert seen == {OLD, NEW}
        assert failures(reader.pages) == []
        assert failures(reader.scripts) == []


def test_a_page_that_was_opened_before_finds_its_script_long_after(readers):
    """No Pod has it any more: without the bucket it would be gone."""
    reader = readers[0]
    script = script_of(reader.pages[0])
    assert reader.read(script).body == f"// mastodon-double {OLD}\n"
    assert reader.web.ask(urlsplit(script).path).status == 404


def test_the_files_are_there_once_and_for_all(instance, readers):
    again = instance.site(NEW)
    assert (again.code, again.changed_tasks) == (0, []), again.output[-5000:]
    logs = instance.kubectl("logs", "-l", "fediverse.mastodon/process=web", "-c", "publish-assets").splitlines()
    # The second Pod of the new version found what the first one had put there.
    assert any(line.endswith("already.") for line in logs), logs


@pytest.fixture
def wrong_key(instance):
    """Nobody may write into the bucket any more."""
    key = {"AWS_SECRET_ACCESS_KEY": instance.secrets()["mastodon-s3"]["AWS_SECRET_ACCESS_KEY"]}
    instance.patch("secret", "mastodon-s3", {"data": {"AWS_SECRET_ACCESS_KEY": base64.b64encode(b"x").decode()}})
    yield
    instance.patch("secret", "mastodon-s3", {"data": key})


def test_while_the_bucket_refuses_the_pods_of_before_go_on(instance, readers, wrong_key):
    """The role storage would say so first; here it goes wrong after that."""
    path = instance.directory / "next"
    rendered = instance.site(NEXT, mastodon_mode="render", mastodon_render_path=str(path))
    assert rendered.code == 0, rendered.output[-5000:]
    manifests = list(yaml.safe_load_all((path / "app.yaml").read_text()))
    applied = run("apply_set", name="mastodon-app", namespace=instance.namespace, manifests=manifests)
    assert not applied.failed, applied.output
    awaited = run("wait_ready", manifests=manifests, timeout=300)
    assert awaited.failed
    for words in ("publish-assets", f"could not be put into bucket {BUCKET}", "SignatureDoesNotMatch"):
        assert words in awaited["msg"]
    reader = readers[0]
    page = reader.web.ask("/")
    assert NEW in page.body
    assert failures([page, reader.read(script_of(page))]) == []


def test_it_is_finished_when_the_bucket_takes_them_again(instance, readers):
    done = instance.site(NEXT, app_upgrade_allow_without_backup=f"{NEW} -> {NEXT}")
    assert done.code == 0, done.output[-5000:]
    reader = readers[0]
    page = reader.web.ask("/")
    assert NEXT in page.body
    assert failures([page, reader.read(script_of(page))]) == []
