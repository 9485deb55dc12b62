"""Check everything that describes the integration to Home Assistant and to HACS."""

import sys
from collections.abc import Iterator
from pathlib import Path

from scripts.tools.metadata_files import check_files
from scripts.tools.metadata_icons import check_icons
from scripts.tools.metadata_manifest import check_hacs, check_manifest
from scripts.tools.metadata_quality import check_quality
from scripts.tools.pure import ROOT

CHECKS = (check_manifest, check_hacs, check_icons, check_quality, check_files)


def main() -> int:
    """Print what is wrong; return 0 if nothing is."""
    found = list(check(ROOT))
    for failure in found:
        print(f"metadata: {failure}")
    if not found:
        print("metadata: manifest, HACS, icons, quality scale and files are in order")
    return 1 if found else 0


def check(root: Path) -> Iterator[str]:
    """Yield every fault of the tree at ``root``."""
    for one in CHECKS:
        try:
            yield from one(root)
        except (ValueError, TypeError) as err:
            yield str(err)


if __name__ == "__main__":
    sys.exit(main())
