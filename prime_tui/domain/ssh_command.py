"""The command that opens a shell on a pod: words of an argument vector, never a line for a shell."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Iterable, Mapping

from prime_tui.domain.pods import SshEndpoint

# Sent to the pod by `SendEnv` rules of a person's own configuration, or read by what runs in between.
KNOWN_SECRETS = (
    "PRIME_API_KEY",
    "WANDB_API_KEY",
    "HF_TOKEN",
    "HUGGING_FACE_HUB_TOKEN",
    "OPENAI_API_KEY",
    "ANTHROPIC_API_KEY",
)
_SECRET_PREFIXES = ("WANDB_", "HF_", "PRIME_")
_SECRET_PART = re.compile(r"(?:^|_)(?:API_?KEY|TOKEN|SECRETS?|PASSWORD|PASSWD|CREDENTIALS?)(?:_|$)")
_POD_ID = re.compile(r"[A-Za-z0-9_-]{1,64}\Z")
_PLAIN_PATH = re.compile(r"[A-Za-z0-9/._+@:,=-]+\Z")
_NOT_FOR_NAMES = re.compile(r"[^A-Za-z0-9_-]+")
_NUMBER_LIKE = re.compile(r"(?:0x[0-9a-f]*|[0-9]+)(?:\.(?:0x[0-9a-f]*|[0-9]+)){0,3}\.?\Z", re.IGNORECASE)
_METADATA = frozenset(
    {"metadata", "metadata.google.internal", "instance-data", "100.100.100.200", "fd00:ec2::254"}
)


class UnsafeCommand(ValueError):
    """The command cannot be put together safely; the message is a sentence for the person."""


def ssh_argv(
    endpoint: SshEndpoint, pod_id: str, *, known_hosts: str, key_path: str | None
) -> tuple[str, ...]:
    """Return the words that open a shell at `endpoint`.

    The host key is taken at the first contact and belongs to the pod, not to its address: addresses are
    rented again. Nothing of this machine is forwarded.

    Args:
        endpoint: Already checked (`domain.ssh`).
        pod_id: Names the pod in `known_hosts`.
        known_hosts: A file of ours, apart from the person's own.
        key_path: The private key; None lets ssh try the person's usual ones.

    Raises:
        UnsafeCommand: The id or a path cannot be given to ssh without changing its meaning.
    """
    if not _POD_ID.match(pod_id):
        raise UnsafeCommand("The pod's id has characters that ssh could misread.")
    options = (
        "StrictHostKeyChecking=accept-new",
        f"UserKnownHostsFile={_option_path(known_hosts)}",
        "GlobalKnownHostsFile=/dev/null",
        f"HostKeyAlias={host_alias(pod_id)}",
        "UpdateHostKeys=no",
        "ForwardAgent=no",
        "ForwardX11=no",
        "ClearAllForwardings=yes",
        "PermitLocalCommand=no",
        "IdentitiesOnly=yes",
    )
    words = ["ssh", *(word for option in options for word in ("-o", option))]
    if key_path is not None:
        words += ["-i", _key_word(key_path)]
    return (*words, "-l", endpoint.user, "-p", str(endpoint.port), "--", endpoint.host)


def host_alias(pod_id: str) -> str:
    """Return the name under which the host keys of a pod are kept."""
    return f"prime-pod-{pod_id}"


def ssh_line(endpoint: SshEndpoint) -> str:
    """Return what a person types into a shell elsewhere; every part is a plain word."""
    port = f" -p {endpoint.port}" if endpoint.port != 22 else ""
    return f"ssh {endpoint.user}@{endpoint.host}{port}"


def alarming_host(host: str) -> str | None:
    """Return why a person should be asked before connecting to `host`; None for an ordinary one.

    A pod is somewhere else: an address of this machine, this link or the cloud's own services means that the
    service, or somebody in between, aims at something else.
    """
    name = host.lower().rstrip(".")
    if name in _METADATA:
        return f"{host} is a metadata service, not a pod"
    if name == "localhost" or name.endswith(".localhost"):
        return f"{host} is this machine"
    try:
        address = ipaddress.ip_address(name)
    except ValueError:
        return f"{host} is a number that could be any address" if _NUMBER_LIKE.match(name) else None
    mapped = address.ipv4_mapped if isinstance(address, ipaddress.IPv6Address) else None
    real = mapped or address
    if real.is_loopback or real.is_unspecified:
        return f"{host} is this machine"
    if real.is_link_local:
        return f"{host} is on this machine's own link (or a metadata service)"
    if real.is_multicast or real == ipaddress.ip_address("255.255.255.255"):
        return f"{host} is many machines"
    return None


def secret_names(environment: Iterable[str]) -> tuple[str, ...]:
    """Return the variables that a child process must not get: the known ones, and those that look like it."""
    looking = {
        name
        for name in environment
        if name.upper().startswith(_SECRET_PREFIXES) or _SECRET_PART.search(name.upper())
    }
    return (*KNOWN_SECRETS, *sorted(looking - set(KNOWN_SECRETS)))


def without_secrets(environment: Mapping[str, str]) -> dict[str, str]:
    """Return the environment of a child process."""
    secret = set(secret_names(environment))
    return {name: value for name, value in environment.items() if name not in secret}


def tmux_window_argv(title: str, command: Iterable[str], environment: Iterable[str]) -> tuple[str, ...]:
    """Return the words that run `command` in a new tmux window and print the window's id.

    The window inherits the environment of the tmux server, so the secrets are taken away by `env`. Several
    words are run by tmux without a shell; its window names are formats that can run commands, so the title
    keeps only harmless characters.
    """
    unset = [word for name in secret_names(environment) for word in ("-u", name)]
    plain_title = _NOT_FOR_NAMES.sub("-", title).strip("-")[:32] or "pod"
    return (
        "tmux",
        "new-window",
        "-P",
        "-F",
        "#{window_id}",
        "-n",
        plain_title,
        "--",
        "env",
        *unset,
        *command,
    )


def _option_path(path: str) -> str:
    """A path as the value of an ssh option: blanks would make it several files, `%` a token."""
    if _PLAIN_PATH.match(path):
        return path
    if "${" in path or '"' in path or not path.isprintable():
        raise UnsafeCommand(f"ssh cannot be given the path {path!r}.")
    escaped = path.replace("\\", "\\\\").replace("%", "%%")
    return f'"{escaped}"'


def _key_word(path: str) -> str:
    if path.startswith("-") or "%" in path or "${" in path or not path.isprintable():
        raise UnsafeCommand(f"ssh cannot be given the key path {path!r}.")
    return path
