"""``python -m deterrence_games``: the command line."""

import sys

from deterrence_games.cli import main

if __name__ == "__main__":
    sys.exit(main())
