"""Become a Home Assistant that has ECOM and nothing else; see scripts/develop."""

import os
import sys

from scripts.tools.ha_process import HomeAssistant, free_port
from scripts.tools.pure import ROOT

PORT = 8123


def main(arguments: list[str]) -> None:
    """Prepare the folder, then run Home Assistant in this process."""
    wanted = int(arguments[0]) if arguments else PORT
    home = HomeAssistant(ROOT / ".demo" / "develop" / "config", free_port(wanted))
    home.prepare()
    print(f"ecom: open {home.url} and create a user", file=sys.stderr, flush=True)
    command = [sys.executable, "-m", "homeassistant", "--config", str(home.folder), "--skip-pip"]
    os.execv(sys.executable, command)  # noqa: S606 - no shell is wanted


if __name__ == "__main__":
    main(sys.argv[1:])
