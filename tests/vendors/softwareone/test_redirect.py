"""Where a redirect to a file may lead."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from gateway.errors import VendorBadAnswer, VendorUnavailable
from gateway.upstream.addresses import public
from gateway.vendors.softwareone.redirect import addresses, target

ASKED = "https://api.vendor.test/public/v1/commerce/agreements/AGR-1/attachments/ATT-1"


class Names:
    """A resolver that knows one answer and remembers what it was asked."""

    def __init__(self, *found: str) -> None:
        self.found = found
        self.asked: list[tuple[str, int]] = []

    async def __call__(self, host: str, port: int) -> Sequence[str]:
        self.asked.append((host, port))
        return self.found


async def test_a_public_https_address_is_followed() -> None:
    names = Names("93.184.216.34", "2606:2800:220:1::1")
    url = "https://storage.test/file?sig=a%2Fb"
    assert await target(url, ASKED, resolve=names) == url
    assert names.asked == [("storage.test", 443)]


async def test_a_relative_address_stays_at_the_vendor() -> None:
    found = await target("/files/1", ASKED, resolve=Names("93.184.216.34"))
    assert found == "https://api.vendor.test/files/1"


@pytest.mark.parametrize(
    "location",
    [
        None,
        "",
        "http://storage.test/file",
        "//storage.test:99999/file",
        "https://storage.test:0/file",
        "https://user@storage.test/file",
        "ftp://storage.test/file",
        "file:///etc/passwd",
        "https://user:secret@storage.test/file",
        "https://storage.test/" + "a" * 9_000,
    ],
)
async def test_what_is_not_plain_https_is_refused(location: str | None) -> None:
    names = Names("93.184.216.34")
    with pytest.raises(VendorBadAnswer) as caught:
        await target(location, ASKED, resolve=names)
    assert names.asked == []
    assert "storage" not in str(caught.value)


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1",
        "10.1.2.3",
        "172.16.0.1",
        "192.168.1.1",
        "169.254.169.254",
        "100.64.0.1",
        "0.0.0.0",  # noqa: S104 - an address to refuse
        "224.0.0.1",
        "255.255.255.255",
        "::1",
        "fe80::1%eth0",
        "fc00::1",
        "::ffff:127.0.0.1",
        "2002:7f00:0001::",
        "64:ff9b::10.1.2.3",
        "::127.0.0.1",
        "240.0.0.1",
        "not an address",
    ],
)
async def test_an_address_that_is_not_public_is_refused_even_beside_a_public_one(address: str) -> None:
    assert not public(address)
    with pytest.raises(VendorBadAnswer):
        await target("https://storage.test/file", ASKED, resolve=Names("93.184.216.34", address))


def test_a_public_address_seen_through_a_translating_network_is_public() -> None:
    assert public("64:ff9b::93.184.216.34")
    assert public("::ffff:93.184.216.34")


@pytest.mark.parametrize(
    "host", ["[::1]", "[::ffff:10.0.0.1]", "[fe80::1]", "127.0.0.1", "2130706433", "0x7f.1", "localhost"]
)
async def test_an_address_written_out_is_judged_like_a_name(host: str) -> None:
    with pytest.raises((VendorBadAnswer, VendorUnavailable)):
        await target(f"https://{host}/file", ASKED)


async def test_another_port_is_asked_for_by_name() -> None:
    names = Names("93.184.216.34")
    assert await target("https://storage.test:8443/f", ASKED, resolve=names) == "https://storage.test:8443/f"
    assert names.asked == [("storage.test", 8443)]


async def test_a_host_without_addresses_is_a_vendor_out_of_reach() -> None:
    async def fails(host: str, port: int) -> Sequence[str]:
        raise OSError("no such host")

    for resolve in (Names(), fails):
        with pytest.raises(VendorUnavailable):
            await target("https://storage.test/file", ASKED, resolve=resolve)


async def test_a_sandbox_may_lead_to_its_own_machine_without_encryption() -> None:
    names = Names("127.0.0.1")
    assert await target("http://127.0.0.1:8/f", ASKED, allow_private=True, resolve=names) == "http://127.0.0.1:8/f"
    assert names.asked == []
    with pytest.raises(VendorBadAnswer):
        await target("ftp://127.0.0.1/f", ASKED, allow_private=True, resolve=names)


async def test_the_system_resolves_an_address_to_itself() -> None:
    assert list(await addresses("127.0.0.1", 443)) == ["127.0.0.1"]
