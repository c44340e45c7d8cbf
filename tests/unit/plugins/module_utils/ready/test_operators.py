"""Objects of operators that do not run on the test cluster."""

from ansible_collections.fediverse.mastodon.plugins.module_utils._ready._issued import (
    certificate,
    external_secret,
    issuer,
    secret_store,
)
from ansible_collections.fediverse.mastodon.plugins.module_utils._ready._operators import dragonfly, elasticsearch
from ansible_collections.fediverse.mastodon.plugins.module_utils._ready._state import Failed, Progressing, Ready


def test_a_certificate_is_ready_only_for_this_generation(recorded):
    item = recorded("operators", "certificate_ready")
    assert certificate(item) == Ready()
    item["metadata"]["generation"] += 1
    assert isinstance(certificate(item), Progressing)


def test_a_certificate_that_could_not_be_issued_is_not_waited_for(recorded):
    state = certificate(recorded("operators", "certificate_failed"))
    assert isinstance(state, Failed)
    assert "rateLimited" in state.reason


def test_a_certificate_that_is_renewed_stays_ready(recorded):
    item = recorded("operators", "certificate_ready")
    item["status"]["conditions"] += [{"type": "Issuing", "status": "False", "reason": "Failed", "message": "no answer"}]
    assert certificate(item) == Ready()


def test_an_issuer_must_be_verified(recorded):
    item = recorded("operators", "issuer_ready")
    assert issuer(item) == Ready()
    item["status"] = {}
    assert issuer(item) == Progressing("not verified yet")


def test_an_external_secret_must_be_synced_for_this_generation(recorded):
    item = recorded("operators", "external_secret_synced")
    assert external_secret(item) == Ready()
    item["metadata"]["generation"] = 30
    assert external_secret(item) == Progressing("the last change is not synced yet")


def test_an_external_secret_that_fails_is_doubtful(recorded):
    state = external_secret(recorded("operators", "external_secret_failing"))
    assert state.doubtful
    assert "could not get secret data" in state.reason


def test_a_secret_store_must_be_valid(recorded):
    item = recorded("operators", "secret_store_valid")
    assert secret_store(item) == Ready()
    item["status"]["conditions"][0] |= {"status": "False", "reason": "InvalidProviderConfig", "message": "no such role"}
    assert secret_store(item) == Progressing("InvalidProviderConfig: no such role", doubtful=True)
    item["status"] = {}
    assert secret_store(item) == Progressing("not validated yet")


def test_dragonfly_tells_a_phase(recorded):
    item = recorded("operators", "dragonfly_ready")
    assert dragonfly(item) == Ready()
    item["status"]["phase"] = "RollingUpdate"
    assert dragonfly(item) == Progressing("phase RollingUpdate")


def test_elasticsearch_must_be_green_for_this_generation(recorded):
    item = recorded("operators", "elasticsearch_green")
    assert elasticsearch(item) == Ready()
    item["status"]["health"] = "yellow"
    assert elasticsearch(item) == Progressing("phase Ready, health yellow")
    item["status"] |= {"health": "green", "observedGeneration": 3}
    assert isinstance(elasticsearch(item), Progressing)
    item["status"] |= {"phase": "Invalid", "observedGeneration": 4}
    assert isinstance(elasticsearch(item), Failed)
