"""The client over TLS: certificates are checked, and a proxy's http:// redirects stay on https."""

from __future__ import annotations

import shutil
import ssl
import subprocess
from pathlib import Path

import pytest

from prime_tui.domain.errors import NetworkError, RedirectRefused
from tests.api.clients import KEY, client_of
from tests.api.scripted import Reply, in_turn, scripted

pytestmark = pytest.mark.skipif(shutil.which("openssl") is None, reason="openssl makes the test certificate")


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a file with a key and a certificate for localhost that nobody trusts by default."""
    folder = tmp_path_factory.mktemp("tls")
    key, cert = folder / "key.pem", folder / "cert.pem"
    request = [
        "openssl",
        "req",
        "-x509",
        "-newkey",
        "ec",
        "-pkeyopt",
        "ec_paramgen_curve:prime256v1",
        "-nodes",
    ]
    names = ["-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1", "-days", "2"]
    subprocess.run([*request, *names, "-keyout", key, "-out", cert], check=True, capture_output=True)
    both = folder / "both.pem"
    both.write_text(key.read_text() + cert.read_text())
    return both


@pytest.fixture
def tls(certificate: Path) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    return context


async def test_a_certificate_that_nobody_vouches_for_stops_everything(tls: ssl.SSLContext) -> None:
    async with scripted(Reply({"data": []}), tls) as server, client_of(server.url) as client:
        with pytest.raises(NetworkError, match="could not be reached"):
            await client.pods.list()
    assert server.asked == []


async def test_an_authority_named_in_the_environment_is_trusted(
    tls: ssl.SSLContext, certificate: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    async with scripted(Reply({"data": []}), tls) as server, client_of(server.url) as client:
        await client.pods.list()
    assert server.asked[0].headers["authorization"] == f"Bearer {KEY}"


async def test_a_redirect_to_http_on_the_same_host_is_taken_as_https(
    tls: ssl.SSLContext, certificate: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    replies = in_turn(
        Reply(status=307, headers={"location": "http://127.0.0.1/api/v1/pods/?offset=0"}), Reply({"data": []})
    )
    async with scripted(replies, tls) as server, client_of(server.url) as client:
        await client.pods.list()
    assert [asked.path for asked in server.asked] == ["/api/v1/pods/"] * 2


async def test_a_redirect_to_http_elsewhere_is_refused(
    tls: ssl.SSLContext, certificate: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    for location in ("http://localhost/api/v1/pods/", "http://127.0.0.1:1/api/v1/pods/"):
        reply = Reply(status=307, headers={"location": location})
        async with scripted(reply, tls) as server, client_of(server.url) as client:
            with pytest.raises(RedirectRefused):
                await client.pods.list()
        assert len(server.asked) == 1
