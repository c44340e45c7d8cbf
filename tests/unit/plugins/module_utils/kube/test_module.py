"""What every module does around its call: nothing secret is logged, and failures are messages."""

import json
from contextlib import ExitStack

import pytest
from ansible.module_utils.common.parameters import PASS_VARS
from ansible.module_utils.testing import patch_module_args
from ansible_collections.fediverse.mastodon.plugins.module_utils._kube._errors import Failure
from ansible_collections.fediverse.mastodon.plugins.module_utils._kube._module import ManifestsModule, loggable, run
from ansible_collections.fediverse.mastodon.plugins.module_utils._kube._progress import Progress

SECRET = {"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "s"}, "stringData": {"a": "hush hush"}}
SPEC = {"manifests": {"type": "list", "elements": "dict"}, "kubeconfig": {"type": "raw"}}
# Since ansible-core 2.20 the invocation is only in the result if the controller wants it there; before it always is.
VERBOSE = {"_ansible_inject_invocation": True} if "inject_invocation" in PASS_VARS else {}


@pytest.fixture(name="module")
def fixture_module(monkeypatch):
    logged = []
    monkeypatch.setattr(ManifestsModule, "log", lambda _self, msg, log_args=None: logged.append((msg, log_args)))

    with ExitStack() as patched:

        def make(**arguments):
            arguments |= {"_ansible_diff": False, **VERBOSE}
            patched.enter_context(patch_module_args(arguments))
            made = ManifestsModule(argument_spec=SPEC)
            made.logged = logged
            return made

        yield make


def ended(module, function, capsys):
    with pytest.raises(SystemExit) as caught:
        run(module, function)
    return caught.value.code, json.loads(capsys.readouterr().out)


def test_the_log_names_manifests_and_does_not_quote_them(module):
    made = module(manifests=[SECRET])
    assert "Secret s" in json.dumps(made.logged)
    assert "hush" not in json.dumps(made.logged)
    assert made.params["manifests"] == [SECRET], "the module itself still has them"


@pytest.mark.parametrize("fails", [False, True])
def test_the_invocation_in_the_result_does_not_quote_them_either(module, capsys, monkeypatch, fails):
    made = module(manifests=[SECRET])
    warned = []
    # Where Ansible's controller runs in the same process, warnings go to its display and not into the result.
    monkeypatch.setattr(made, "warn", warned.append)

    def function():
        if fails:
            raise Failure("it went wrong", {"state": "absent"})
        return {"changed": False, "diff": [{"before": "", "after": ""}], "warnings": ["mind the gap"]}

    code, result = ended(made, function, capsys)
    assert result["invocation"]["module_args"]["manifests"] == ["Secret s"]
    assert "hush" not in json.dumps(result)
    if fails:
        assert (code, result["failed"], result["msg"], result["state"]) == (1, True, "it went wrong", "absent")
    else:
        assert code == 0
        assert warned == ["mind the gap"]
        assert "diff" not in result, "nobody asked for it"


def test_credentials_in_a_kubeconfig_given_as_a_dictionary_are_masked(module, capsys):
    kubeconfig = {"users": [{"name": "me", "user": {"token": "t0ken", "exec": {"env": []}}}], "clusters": []}
    made = module(manifests=[], kubeconfig=kubeconfig)
    _code, result = ended(made, lambda: {"msg": "the token is t0ken"}, capsys)
    assert "t0ken" not in json.dumps(result)


def test_options_that_are_no_manifests_stay():
    assert loggable({"name": "x", "manifests": None}) == {"name": "x", "manifests": None}
    assert loggable({"manifests": ["text"]}) == {"manifests": ["?"]}


def test_progress_is_appended_line_by_line_and_not_repeated(tmp_path):
    file = tmp_path / "lines"
    progress = Progress(str(file))
    for line in ("one", "one", "two", "one"):
        progress.line(line)
    assert file.read_text(encoding="utf-8") == "one\ntwo\none\n"


def test_progress_nobody_wants_or_can_have_is_no_error(tmp_path):
    Progress(None).line("one")
    Progress(str(tmp_path / "no such directory" / "lines")).line("one")
