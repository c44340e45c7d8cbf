"""How the end of a command in a container is told."""

import json

import pytest
from ansible_collections.fediverse.mastodon.plugins.module_utils._kube._errors import Failure, KubeError
from ansible_collections.fediverse.mastodon.plugins.module_utils._kube._exec import exit_code


def test_success_and_exit_codes():
    assert exit_code('{"status":"Success"}', "run true") == 0
    causes = [{"reason": "ExitCode", "message": "3"}]
    status = {"status": "Failure", "reason": "NonZeroExitCode", "details": {"causes": causes}}
    assert exit_code(json.dumps(status), "run false") == 3


def test_a_command_that_could_not_start_is_an_error():
    status = {"status": "Failure", "code": 500, "message": 'exec: "sh": executable file not found in $PATH'}
    with pytest.raises(KubeError, match="executable file not found"):
        exit_code(json.dumps(status), "run sh")


def test_a_lost_connection_is_an_error():
    with pytest.raises(Failure, match="connection was lost"):
        exit_code("", "run sh")
