"""How every probe ends: with a status that a script can go by, and what went wrong in one line."""

import sys
from collections.abc import Callable
from typing import Final

from scripts.tools.pure import load_pure

load_pure()

from custom_components.ecom.errors import EcomError  # noqa: E402 - needs the stubs

USAGE: Final = 2


def status_of(run: Callable[[], bool]) -> int:
    """Return 0 if ``run`` had something to show, 1 if not, 2 for wrong input or no connection."""
    try:
        return 0 if run() else 1
    except OSError as error:
        print(f"probe: {error.filename}: {error.strerror}", file=sys.stderr)
    except (EcomError, ValueError) as error:
        print(f"probe: {error}", file=sys.stderr)
    except KeyboardInterrupt:
        print("probe: interrupted", file=sys.stderr)
    return USAGE
