"""The other end of `secret_service`: one request, one answer, and then it ends.

Run as a process because a D-Bus call has no time limit of its own and cannot be interrupted. The request
comes over a pipe whose number is the only argument; the answer goes to the standard output. The backend is
made here by its class, so no environment variable, file or installed package chooses another.
"""

from __future__ import annotations

import json
import os
import signal
import sys
from typing import Any

# The process ends by itself this much after its time is up, when whoever started it is gone.
GRACE_S = 2


def answer_to(request: dict[str, Any]) -> dict[str, Any]:
    """Do what is asked; every failure becomes `{"reason": …, "detail": …}`."""
    import secretstorage
    from keyring.backends import SecretService
    from keyring.errors import InitError, KeyringLocked, PasswordDeleteError

    detail = ""
    try:
        bus = secretstorage.dbus_init()
    except Exception as error:  # a broken address raises nearly anything
        return {"reason": "gone", "detail": type(error).__name__}
    try:
        if not secretstorage.check_service_availability(bus):
            return {"reason": "no-backend", "detail": "no Secret Service on the bus"}
        bus.close()
        backend: Any = SecretService.Keyring
        return {"value": _call(backend(), request)}
    except PasswordDeleteError:
        return {"value": None}
    except (KeyringLocked, secretstorage.LockedException, secretstorage.PromptDismissedException) as error:
        reason, detail = "locked", type(error).__name__
    except InitError as error:
        # No collection yet and nobody who could answer the prompt for its password counts as locked.
        reason = "locked" if "rompt" in str(error) else "broken"
    except (secretstorage.SecretServiceNotAvailableException, EOFError, ConnectionError) as error:
        reason, detail = "gone", type(error).__name__
    except Exception as error:  # the reader of the answer decides what to say
        reason, detail = "broken", type(error).__name__
    return {"reason": reason, "detail": detail}


def _call(backend: Any, request: dict[str, Any]) -> str | bool | None:  # noqa: ANN401 - untyped library
    service, user = request["service"], request["user"]
    if request["verb"] == "set":
        backend.set_password(service, user, request["secret"])
        return True
    if request["verb"] == "delete":
        backend.delete_password(service, user)
        return True
    found = backend.get_password(service, user)
    return found if isinstance(found, str) else None


def main() -> None:
    """Read the request, answer it, end."""
    from prime_tui.hardening import harden

    harden()
    with os.fdopen(int(sys.argv[1]), "rb") as pipe:
        request = json.loads(pipe.read())
    signal.alarm(int(request["limit_s"]) + GRACE_S)
    sys.stdout.write(json.dumps(answer_to(request)))


if __name__ == "__main__":
    main()
