"""Types, choices and presence, each fault named by its variable."""

from ansible_collections.fediverse.mastodon.plugins.module_utils._validate._arguments import (
    argument_mistakes,
    with_defaults,
)

OPTIONS = {
    "app_replicas": {"type": "int", "default": 2, "description": "How many pods."},
    "app_backend": {"type": "str", "choices": ["cnpg", "external"], "description": ["Where it lives.", "More."]},
    "mastodon_local_domain": {"type": "str", "required": True, "description": "The domain in handles."},
    "app_smtp": {
        "type": "dict",
        "description": "Mail.",
        "options": {
            "server": {"type": "str", "required": True, "description": "Host."},
            "port": {"type": "int", "default": 587, "description": "Port."},
        },
    },
    "app_host": {"type": "str", "default": "{{ mastodon_web_domain }}", "description": "Host."},
}


def found(provided):
    return {(m.variable, m.problem.split(" ")[0]) for m in argument_mistakes(OPTIONS, provided)}


def test_sound_values_have_no_mistake():
    assert found({"mastodon_local_domain": "example.org", "app_replicas": "3", "app_smtp": {"server": "mx"}}) == set()


def test_a_missing_required_variable_is_named_with_its_purpose():
    mistake = next(argument_mistakes(OPTIONS, {}))
    assert mistake.variable == "mastodon_local_domain"
    assert "required" in mistake.problem
    assert mistake.cure == "set it: The domain in handles"


def test_wrong_types_choices_and_suboptions_are_all_found():
    provided = {
        "mastodon_local_domain": "example.org",
        "app_replicas": "many",
        "app_backend": "oracle",
        "app_smtp": {"server": "mx", "port": "x", "prot": 1},
    }
    variables = [m.variable for m in argument_mistakes(OPTIONS, provided)]
    assert variables.count("app_replicas") == 1
    assert variables.count("app_backend") == 1
    assert variables.count("app_smtp") == 2
    cures = {m.variable: m.cure for m in argument_mistakes(OPTIONS, provided)}
    assert "cnpg, external" in cures["app_backend"]


def test_a_required_suboption_is_missed():
    provided = {"mastodon_local_domain": "example.org", "app_smtp": {}}
    assert [m.variable for m in argument_mistakes(OPTIONS, provided)] == ["app_smtp"]


def test_defaults_fill_what_is_not_set_but_templates_do_not():
    values = with_defaults(OPTIONS, {"app_replicas": 5, "app_backend": None})
    assert values == {"app_replicas": 5}
    assert with_defaults(OPTIONS, {}) == {"app_replicas": 2}
