"""What is counted by address is counted by client."""

import pytest

from accounts.addresses import counted_as


@pytest.mark.parametrize(
    ("address", "counted"),
    [
        ("192.0.2.7", "192.0.2.7"),
        ("::ffff:192.0.2.7", "192.0.2.7"),
        ("2001:db8:1:1::7", "2001:db8:1:1::/64"),
        ("2001:db8:1:1:ffff:ffff:ffff:ffff", "2001:db8:1:1::/64"),
        ("2001:db8:1:2::7", "2001:db8:1:2::/64"),
        ("unknown", "unknown"),
        ("", "local"),
        (None, "local"),
    ],
)
def test_addresses_of_one_client_are_one(address: str | None, counted: str) -> None:
    assert counted_as(address) == counted
