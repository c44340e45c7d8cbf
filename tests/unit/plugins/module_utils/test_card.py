"""The card tells what happened, no more and no less."""

from ansible_collections.fediverse.mastodon.plugins.module_utils._card import card, summary, verdict_lines

INSTANCE = {
    "local_domain": "example.org",
    "web_domain": "social.example.org",
    "namespace": "mastodon",
    "version": "4.6.5",
    "profile": "small",
    "owner_username": "alice",
}


def test_the_card_names_handle_and_addresses():
    text = "\n".join(card(INSTANCE, [], []))
    assert "@alice@example.org" in text
    assert "https://social.example.org/@alice" in text
    assert "not checked" in text


def test_the_card_of_check_mode_says_first_that_nothing_is_so_yet():
    heading, *rest = card(INSTANCE, [], [])
    assert heading == "Mastodon 4.6.5 (small) in namespace mastodon"
    predicted, *as_well = card(INSTANCE, [], [], check_mode=True)
    assert predicted == f"Nothing was changed (check mode). It would be: {heading}"
    assert as_well == rest


def test_objects_are_counted_over_all_results_and_skipped_ones_are_passed_over():
    results = [
        {"objects": [{"action": "created"}, {"action": "unchanged"}]},
        {"skipped": True},
        {"objects": [{"action": "created"}]},
    ]
    assert summary(results) == "2 created, 1 unchanged"
    assert summary([]) == "none looked at"


def test_only_what_is_wrong_is_told_with_its_cure():
    verdicts = [
        {"clause": "C1", "verdict": "ok"},
        {"clause": "C5", "title": "CORS", "verdict": "drift", "got": "no header", "cure": "send the header"},
        {"clause": "C7", "verdict": "skipped"},
    ]
    assert verdict_lines(verdicts) == ["C5 CORS: drift; got no header -> send the header"]


def test_all_in_order_is_one_line():
    assert verdict_lines([{"clause": "C1", "verdict": "ok"}, {"clause": "C7", "verdict": "skipped"}]) == ["ok: C1"]


def test_what_only_should_hold_is_advice():
    advice = {"clause": "C7", "title": "cache", "duty": "should", "verdict": "drift", "got": "a year", "cure": "a day"}
    line = "advice: C7 cache: drift; got a year -> a day"
    assert verdict_lines([{"clause": "C1", "verdict": "ok"}, advice]) == ["ok: C1", line]
    fault = {**advice, "clause": "C3", "duty": "must"}
    assert verdict_lines([advice, fault]) == ["C3 cache: drift; got a year -> a day", line]
