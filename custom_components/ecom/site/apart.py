"""Work that is done for one after the other: who fails keeps nobody else from theirs."""

import logging
from collections.abc import Callable


class Apart:
    """Does the same for many; what goes wrong for one is logged once, until it goes well."""

    def __init__(self, logger: logging.Logger, failed: str) -> None:
        """Take the sentence that is logged, with one place for whom it failed."""
        self._logger = logger
        self._failed = failed
        self._failing: set[str] = set()

    def attempt[T](self, key: str, do: Callable[[], T], otherwise: T) -> T:
        """Do it for one of them, and return what comes of it; if it fails, something else."""
        try:
            done = do()
        except Exception:
            if key not in self._failing:
                self._failing.add(key)
                self._logger.exception(self._failed, key)
            return otherwise
        self._failing.discard(key)
        return done
