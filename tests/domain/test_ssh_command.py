from __future__ import annotations

from string import ascii_letters, digits

import pytest
from hypothesis import given
from hypothesis import strategies as st

from prime_tui.domain.pods import SshEndpoint
from prime_tui.domain.ssh import UnsafeEndpoint, ssh_endpoint
from prime_tui.domain.ssh_command import (
    UnsafeCommand,
    alarming_host,
    secret_names,
    ssh_argv,
    ssh_line,
    tmux_window_argv,
    without_secrets,
)

ENDPOINT = SshEndpoint("root", "203.0.113.7", 2222)
POD_ID = "1f0c6a7e-2b57"


def argv(endpoint: SshEndpoint = ENDPOINT, key: str | None = "/home/ada/.ssh/id") -> tuple[str, ...]:
    return ssh_argv(endpoint, POD_ID, known_hosts="/state/known_hosts", key_path=key)


def test_the_words_are_exactly_these() -> None:
    assert argv() == (
        *("ssh", "-o", "StrictHostKeyChecking=accept-new", "-o", "UserKnownHostsFile=/state/known_hosts"),
        *("-o", "GlobalKnownHostsFile=/dev/null", "-o", "HostKeyAlias=prime-pod-1f0c6a7e-2b57"),
        *("-o", "UpdateHostKeys=no", "-o", "ForwardAgent=no", "-o", "ForwardX11=no"),
        *("-o", "ClearAllForwardings=yes", "-o", "PermitLocalCommand=no", "-o", "IdentitiesOnly=yes"),
        *("-i", "/home/ada/.ssh/id", "-l", "root", "-p", "2222", "--", "203.0.113.7"),
    )


def test_without_a_key_ssh_tries_the_usual_ones() -> None:
    assert "-i" not in argv(key=None)


hostile = st.one_of(
    st.text(max_size=60),
    st.sampled_from(
        [
            "-oProxyCommand=touch /tmp/x",
            "root@-oProxyCommand=x",
            "root@h -p 22 -oProxyCommand=x",
            "root@h;id",
            "root@$(id)",
            "-l@h",
            "root@h -p 22\n-oX",
            "root@fe80::1%eth0",
            "ssh ssh root@h",
        ]
    ),
    st.from_regex(r"(ssh )?[-a-z@.$;` ]{1,12}@?[-a-z0-9.:\[\]%]{1,20}( -p [0-9]{1,6})?", fullmatch=True),
)


@given(hostile)
def test_no_accepted_text_becomes_an_option_or_a_second_word(text: str) -> None:
    try:
        endpoint = ssh_endpoint(text)
    except UnsafeEndpoint:
        return
    words = argv(endpoint)
    plain = argv()
    assert len(words) == len(plain)
    assert words[-2] == "--"
    # All but user, port and host are ours, whatever the service says.
    assert words[:-5] == plain[:-5]
    assert words[-5] == endpoint.user
    for word in (endpoint.user, endpoint.host, str(endpoint.port)):
        assert not word.startswith("-")
        assert word.isascii()
        assert not set(word) & set(" \t\n'\"`$;|&<>()%\\*?~")


@given(st.text(max_size=80))
def test_a_pod_id_is_plain_or_refused(pod_id: str) -> None:
    try:
        words = ssh_argv(ENDPOINT, pod_id, known_hosts="/k", key_path=None)
    except UnsafeCommand:
        return
    (alias,) = [word for word in words if word.startswith("HostKeyAlias=")]
    name = alias.removeprefix("HostKeyAlias=prime-pod-")
    assert name
    assert not set(name) - set(f"{ascii_letters}{digits}-_")


def known_hosts_word(path: str) -> str:
    words = ssh_argv(ENDPOINT, POD_ID, known_hosts=path, key_path=None)
    return next(word for word in words if word.startswith("UserKnownHostsFile="))


def test_a_path_with_blanks_stays_one_file_and_percent_stays_percent() -> None:
    assert known_hosts_word("/home/ada b/known_hosts") == 'UserKnownHostsFile="/home/ada b/known_hosts"'
    assert known_hosts_word("/home/%d/k") == 'UserKnownHostsFile="/home/%%d/k"'


@pytest.mark.parametrize("path", ['/a"b', "/a${HOME}", "/a\nb"])
def test_a_path_that_ssh_would_read_otherwise_is_refused(path: str) -> None:
    with pytest.raises(UnsafeCommand):
        known_hosts_word(path)


@pytest.mark.parametrize("path", ["-oProxyCommand=x", "/a%h", "/a${HOME}", "/a\x1bb"])
def test_a_key_path_that_ssh_would_read_otherwise_is_refused(path: str) -> None:
    with pytest.raises(UnsafeCommand):
        argv(key=path)


@pytest.mark.parametrize(
    "host",
    [
        *("127.0.0.1", "127.8.8.8", "::1", "0.0.0.0", "::", "localhost", "LOCALHOST.", "a.localhost"),  # noqa: S104
        *("169.254.169.254", "fe80::1", "::ffff:127.0.0.1", "metadata.google.internal", "100.100.100.200"),
        *("0x7f000001", "0x7f.1", "224.0.0.1", "255.255.255.255", "fd00:ec2::254"),
    ],
)
def test_an_address_that_no_pod_has_alarms(host: str) -> None:
    assert alarming_host(host)


@pytest.mark.parametrize(
    "host", ["203.0.113.7", "10.0.0.4", "2001:db8::7", "pod-1.example.com", "localhost.example.com"]
)
def test_an_ordinary_address_does_not(host: str) -> None:
    assert alarming_host(host) is None


def test_secrets_are_taken_from_the_environment_and_the_rest_stays() -> None:
    kept = {"HOME": "/h", "SSH_AUTH_SOCK": "/s", "LANG": "C", "TERM": "xterm", "KEYBOARD": "de"}
    secret = {
        "PRIME_API_KEY": "x",
        "WANDB_MODE": "x",
        "HF_TOKEN": "x",
        "AWS_SECRET_ACCESS_KEY": "x",
        "GITHUB_TOKEN": "x",
        "DB_PASSWORD": "x",
        "apikey": "x",
    }
    assert without_secrets({**kept, **secret}) == kept


@given(st.text(max_size=80))
def test_a_tmux_window_gets_a_harmless_title_and_the_command_word_by_word(title: str) -> None:
    words = tmux_window_argv(title, argv(), {"MY_TOKEN": "t", "HOME": "/h"})
    named = words[words.index("-n") + 1]
    assert named
    assert named.isascii()
    assert not set(named) & set("#(){}$%;`'\" \n:.")
    assert words[-len(argv()) :] == argv()
    assert words[words.index("--") + 1] == "env"
    unset = {words[i + 1] for i, word in enumerate(words) if word == "-u"}
    assert unset >= {"PRIME_API_KEY", "MY_TOKEN", "HF_TOKEN"}
    assert "HOME" not in unset


def test_secret_names_do_not_repeat() -> None:
    names = secret_names(["PRIME_API_KEY", "X_TOKEN"])
    assert len(names) == len(set(names))


def test_the_line_to_copy_names_the_port_only_when_it_is_another() -> None:
    assert ssh_line(ENDPOINT) == "ssh root@203.0.113.7 -p 2222"
    assert ssh_line(SshEndpoint("root", "h", 22)) == "ssh root@h"
