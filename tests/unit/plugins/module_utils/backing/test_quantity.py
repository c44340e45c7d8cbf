"""Amounts of memory are read as Kubernetes reads them."""

import pytest
from ansible_collections.fediverse.mastodon.plugins.module_utils._backing._quantity import (
    mebibytes,
    memory_share,
    millicores,
)


@pytest.mark.parametrize(
    ("quantity", "expected"),
    [
        ("512Mi", 512),
        ("2Gi", 2048),
        ("1.5Gi", 1536),
        ("1G", 953),
        ("500M", 476),
        ("1048576", 1),
        (2097152, 2),
        ("1Ti", 1048576),
    ],
)
def test_mebibytes(quantity, expected):
    assert mebibytes(quantity) == expected


@pytest.mark.parametrize("quantity", ["", "512", "2 Gi", "2gb", "-1Gi", "lots"])
def test_what_is_no_amount_of_memory_is_refused_or_tiny(quantity):
    if quantity == "512":
        assert mebibytes(quantity) == 0  # bytes, as Kubernetes means them
        return
    with pytest.raises(ValueError, match="512Mi or 2Gi"):
        mebibytes(quantity)


def test_a_share_is_rounded_down_so_that_it_never_exceeds_the_limit():
    assert memory_share("100Mi", 75) == 75
    assert memory_share("99Mi", 75) == 74


@pytest.mark.parametrize(
    ("quantity", "expected"), [("250m", 250), ("2", 2000), (2, 2000), (0.5, 500), ("1.5", 1500), ("0", 0), (0, 0)]
)
def test_millicores(quantity, expected):
    assert millicores(quantity) == expected


@pytest.mark.parametrize("quantity", ["", "m", "abc", "-1", "-250m", "1.5m", "inf", "nan", "2 cores", None])
def test_what_is_no_amount_of_cpu_is_refused(quantity):
    with pytest.raises(ValueError, match="250m or 2"):
        millicores(quantity)
