"""A process that writes into an encrypted file: `python -m tests.persistence.vault_writer DIR NAME COUNT`.

It says each number that is safely kept, so that whoever kills it knows what must be there.
"""

from __future__ import annotations

import sys
from pathlib import Path

from prime_tui.persistence.credentials.vault import Vault

PASSPHRASE = "four writers at once"


def main() -> None:
    """Keep COUNT items, saying each."""
    directory, name, count = sys.argv[1:]
    vault = Vault(Path(directory))
    vault.unlock(PASSPHRASE)
    for number in range(int(count)):
        vault.set_password("service", f"{name}-{number}", f"secret of {name}-{number}")
        print(number, flush=True)


if __name__ == "__main__":
    main()
