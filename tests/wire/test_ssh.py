"""What may become words on the command line of ssh."""

from __future__ import annotations

import ipaddress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from prime_tui.domain.pods import SshEndpoint
from prime_tui.domain.ssh import UnsafeEndpoint, ssh_endpoint, ssh_endpoints
from prime_tui.domain.text import clean


@pytest.mark.parametrize(
    ("text", "endpoint"),
    [
        ("root@203.0.113.7 -p 22", SshEndpoint("root", "203.0.113.7", 22)),
        ("root@203.0.113.7", SshEndpoint("root", "203.0.113.7", 22)),
        ("ssh ubuntu@host.example.net -p 2222", SshEndpoint("ubuntu", "host.example.net", 2222)),
        ("203.0.113.7", SshEndpoint("root", "203.0.113.7", 22)),
        ("node-1 -p 10022", SshEndpoint("root", "node-1", 10022)),
        ("root@[2001:db8::1] -p 2222", SshEndpoint("root", "2001:db8::1", 2222)),
        ("root@2001:db8::1", SshEndpoint("root", "2001:db8::1", 22)),
        ("9xk2-64410c3f@ssh.example.io", SshEndpoint("9xk2-64410c3f", "ssh.example.io", 22)),
        (" root@h ", SshEndpoint("root", "h", 22)),
    ],
)
def test_a_plain_address_is_taken(text: str, endpoint: SshEndpoint) -> None:
    assert ssh_endpoint(text) == endpoint


@pytest.mark.parametrize(
    "text",
    [
        "-oProxyCommand=x@h",
        "root@-oProxyCommand=x",
        "-oProxyCommand=x",
        "root@h -p 22 -oProxyCommand=x",
        "root@h -oProxyCommand=x",
        "root@h;id",
        "root@$(id)",
        "root@`id`",
        "root@h\n -p 22",
        "root@h -p 99999",
        "root@h -p 0",
        "root@h -p -1",
        "root@h -p 022222",
        "a@b@c",
        "root@h  -p 22",
        "root@1.2.3",
        "root@256.1.1.1",
        "root@%h",
        "root@fe80::1%eth0",
        "root@ho\u202est",
        "root@1.2.3.4 -p \u0662\u0662",
        "root@1.2.3.4\x1b]52;c;x\x07",
        "root@",
        "@h",
        "root@" + "a." * 200 + "b",
        "root@[h]",
        "ssh",
        "ssh ssh root@h",
        "root@h\u00e9st",
    ],
)
def test_anything_else_is_refused_with_a_sentence_that_can_be_drawn(text: str) -> None:
    if text == "ssh":
        assert ssh_endpoint(text).host == "ssh"  # a name like any other
        return
    with pytest.raises(UnsafeEndpoint):
        ssh_endpoint(text)
    endpoints, problem = ssh_endpoints(text)
    assert endpoints == (None,)
    assert problem is not None
    assert clean(problem, one_line=True) == problem


HOST = SshEndpoint("root", "h", 22)


@pytest.mark.parametrize(
    ("value", "endpoints"),
    [
        (None, ()),
        ("", ()),
        ([], ()),
        ({}, ()),
        ([None], (None,)),
        (["", None], (None, None)),
        (["root@h", None], (HOST, None)),
        ({"host": "h", "port": 22, "user": "root"}, (HOST,)),
        ({"host": "h", "port": "22"}, (HOST,)),
        ({"host": "h"}, (HOST,)),
        ({"host": None}, (None,)),
        ([{"host": "h"}, "root@h"], (HOST, HOST)),
    ],
)
def test_every_form_of_the_field(value: object, endpoints: tuple[SshEndpoint | None, ...]) -> None:
    assert ssh_endpoints(value) == (endpoints, None)


@pytest.mark.parametrize(
    "value",
    [7, True, [7], {"host": "-x"}, {"host": "h", "port": 0}, {"host": "h", "user": "a b"}, [["root@h"]]],
)
def test_a_strange_field_is_no_endpoint_and_says_why(value: object) -> None:
    endpoints, problem = ssh_endpoints(value)
    assert not any(endpoints)
    assert problem


WORDS = st.text(alphabet="rot@h-.:[] pPs%$;`'\n\x1b\u202e019abcdef/\\=", max_size=40)


@given(WORDS | st.text(max_size=40))
def test_what_is_accepted_is_safe_as_words_of_a_command(text: str) -> None:
    try:
        endpoint = ssh_endpoint(text)
    except UnsafeEndpoint:
        return
    for word in (endpoint.user, endpoint.host):
        assert word.isascii()
        assert word
        assert not word.startswith("-")
        assert not set(word) & set(" \t\n\r'\"`$;&|<>(){}\\%@!*?~#/")
    assert 1 <= endpoint.port <= 65_535
    assert ssh_endpoint(str(endpoint)) == endpoint


@given(
    st.from_regex(r"[a-z_][a-z0-9._-]{0,20}", fullmatch=True),
    st.ip_addresses() | st.from_regex(r"[a-z][a-z0-9]{0,10}(\.[a-z][a-z0-9]{0,10}){0,3}", fullmatch=True),
    st.integers(1, 65_535),
)
def test_every_plain_address_is_accepted(user: str, host: object, port: int) -> None:
    endpoint = ssh_endpoint(f"{user}@{host} -p {port}")
    expected = str(host) if isinstance(host, str) else str(ipaddress.ip_address(str(host)))
    assert (endpoint.user, endpoint.host, endpoint.port) == (user, expected, port)


@given(
    st.recursive(st.none() | st.integers() | st.text(max_size=20), lambda inner: st.lists(inner, max_size=4))
)
def test_any_value_gives_endpoints_or_a_sentence(value: object) -> None:
    endpoints, problem = ssh_endpoints(value)
    assert all(endpoint is None or isinstance(endpoint, SshEndpoint) for endpoint in endpoints)
    assert problem is None or clean(problem) == problem
