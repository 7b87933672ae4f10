from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from prime_tui.domain.errors import StorageError
from prime_tui.persistence.known_hosts import fingerprints, forget_pod, prepare_known_hosts, without_host

KEY = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIGB3eVbCFqGTQw0Q0yZ2Y2q2m0b1s5k4m2J1n0Xo4a5c"


def test_the_file_is_made_for_the_user_alone_whatever_the_umask(tmp_path: Path) -> None:
    path = tmp_path / "state" / "known_hosts"
    prepare_known_hosts(path)
    assert path.stat().st_mode & 0o777 == 0o600
    assert path.read_bytes() == b""


def test_a_file_that_is_there_is_left_as_it_is(tmp_path: Path) -> None:
    path = tmp_path / "known_hosts"
    tmp_path.chmod(0o700)
    path.write_text(f"prime-pod-a {KEY}\n")
    path.chmod(0o600)
    prepare_known_hosts(path)
    assert path.read_text() == f"prime-pod-a {KEY}\n"


def test_a_file_that_others_can_write_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "known_hosts"
    path.write_text("")
    path.chmod(0o666)
    with pytest.raises(StorageError):
        prepare_known_hosts(path)


def test_only_the_lines_of_the_pod_go(tmp_path: Path) -> None:
    tmp_path.chmod(0o700)
    path = tmp_path / "known_hosts"
    path.write_text(f"# mine\nprime-pod-a {KEY}\nprime-pod-ab {KEY}\n\n@revoked prime-pod-a {KEY}\n")
    path.chmod(0o600)
    forget_pod(path, "a")
    assert path.read_text() == f"# mine\nprime-pod-ab {KEY}\n\n"
    forget_pod(path, "never-there")
    forget_pod(tmp_path / "absent", "a")


def test_fingerprints_are_those_of_ssh_keygen(tmp_path: Path) -> None:
    tmp_path.chmod(0o700)
    path = tmp_path / "known_hosts"
    path.write_text(f"prime-pod-a {KEY}\nprime-pod-b ssh-rsa %%%\n@revoked prime-pod-c {KEY}\nprime-pod-d\n")
    path.chmod(0o600)
    assert fingerprints(tmp_path / "absent", "a") == frozenset()
    assert fingerprints(path, "b") == fingerprints(path, "d") == fingerprints(path, "e") == frozenset()
    (found,) = fingerprints(path, "a")
    assert fingerprints(path, "c") == {found}
    try:
        said = subprocess.run(["ssh-keygen", "-l", "-F", "prime-pod-a", "-f", str(path)], capture_output=True)
    except FileNotFoundError:
        pytest.skip("ssh-keygen is not installed")
    assert found.encode() in said.stdout


def test_hashed_names_are_recognised_as_ssh_keygen_writes_them(tmp_path: Path) -> None:
    path = tmp_path / "known_hosts"
    path.write_text(f"prime-pod-a {KEY}\nprime-pod-b {KEY}\n")
    try:
        subprocess.run(["ssh-keygen", "-q", "-H", "-f", str(path)], check=True, capture_output=True)
    except FileNotFoundError:
        pytest.skip("ssh-keygen is not installed")
    except subprocess.CalledProcessError as error:
        pytest.skip(f"ssh-keygen does not hash this key: {error.stderr!r}")
    hashed = path.read_bytes()
    assert b"prime-pod" not in hashed
    kept = without_host(hashed, "prime-pod-a")
    assert kept.count(b"\n") == 1
    assert without_host(kept, "prime-pod-b") == b""


@pytest.mark.parametrize("line", [b"|1|", b"|1|x|y ssh", b"|1|%%%|!!! k v", b"\xff\xfe", b"@marker"])
def test_lines_that_make_no_sense_stay(line: bytes) -> None:
    assert without_host(line, "prime-pod-a") == line
