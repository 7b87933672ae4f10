"""`python -m prime_tui` and the console script."""

import sys

from prime_tui.cli.main import main

if __name__ == "__main__":
    sys.exit(main())
