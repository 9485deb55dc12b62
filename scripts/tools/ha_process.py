"""A real Home Assistant in a process of its own, on loopback, without the internet."""

import asyncio
import json
import os
import shutil
import signal
import socket
import sys
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, Any, Final

ROOT: Final = Path(__file__).resolve().parents[2]
LOOPBACK: Final = "127.0.0.1"
STOP_SECONDS: Final = 45

CONFIGURATION: Final = """\
homeassistant:
  name: ECOM demo
  latitude: 45.76
  longitude: 4.84
  elevation: 170
  unit_system: metric
  currency: EUR
  country: FR
  time_zone: Europe/Paris
  language: {language}
frontend:
config:
recorder:
history:
logbook:
energy:
sun:
webhook:
mobile_app:
system_health:
automation: !include automations.yaml
script: !include scripts.yaml
template: !include templates.yaml
logger:
  default: warning
  logs:
    custom_components.ecom: info
"""


class HomeAssistant:
    """One instance: its folder, its process and its log."""

    def __init__(self, folder: Path, port: int, language: str = "en") -> None:
        """Point at a folder and a port; nothing is written yet."""
        self.folder = folder
        self.port = port
        self.language = language
        self.log = folder.parent / "home-assistant.log"
        self._process: asyncio.subprocess.Process | None = None
        self._log_file: IO[bytes] | None = None

    @property
    def url(self) -> str:
        """Return where it answers."""
        return f"http://{LOOPBACK}:{self.port}"

    @property
    def running(self) -> bool:
        """Return whether the process is there."""
        return self._process is not None and self._process.returncode is None

    def prepare(self) -> None:
        """Write the configuration; what an earlier run has stored stays."""
        storage = self.folder / ".storage"
        storage.mkdir(parents=True, exist_ok=True)
        configuration = CONFIGURATION.format(language=self.language)
        (self.folder / "configuration.yaml").write_text(configuration)
        (self.folder / "automations.yaml").write_text("[]\n")
        (self.folder / "scripts.yaml").write_text("{}\n")
        if not (templates := self.folder / "templates.yaml").exists():
            templates.write_text("[]\n")
        _store(storage / "http", 2, 2, _http(self.port))
        if not (storage / "onboarding").exists():
            done = {"done": ["core_config", "analytics", "integration"]}
            _store(storage / "onboarding", 4, 1, done)
        self._link_ecom()

    async def start(self) -> None:
        """Start the process; ``ha_api`` tells when it answers."""
        self._log_file = self.log.open("wb")
        self._process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            "homeassistant",
            "--config",
            str(self.folder),
            "--skip-pip",
            # Python finds the custom components of where it stands before all
            # others, and those of the checkout would hide those of the folder.
            cwd=self.folder,
            stdin=asyncio.subprocess.DEVNULL,
            stdout=self._log_file,
            stderr=asyncio.subprocess.STDOUT,
            env={**os.environ, "PYTHONUNBUFFERED": "1"},
            start_new_session=True,
        )

    async def stop(self) -> None:
        """Ask it to stop, and insist if it does not; a second call does nothing."""
        process, self._process = self._process, None
        await stop_process(process, STOP_SECONDS)
        if self._log_file is not None:
            self._log_file.close()

    async def kill(self) -> None:
        """Let it die at once, as when the power fails: it writes nothing any more."""
        process, self._process = self._process, None
        if process is not None:
            process.kill()
            await process.wait()
        if self._log_file is not None:
            self._log_file.close()

    def _link_ecom(self) -> None:
        """Let it load ECOM from this checkout."""
        link = self.folder / "custom_components" / "ecom"
        link.parent.mkdir(exist_ok=True)
        if link.is_symlink():
            link.unlink()
        elif link.exists():
            shutil.rmtree(link)
        link.symlink_to(ROOT / "custom_components" / "ecom", target_is_directory=True)


async def stop_process(process: asyncio.subprocess.Process | None, seconds: float) -> None:
    """Ask a process to stop, and insist after so many seconds."""
    if process is None or process.returncode is not None:
        return
    process.send_signal(signal.SIGTERM)
    with suppress(TimeoutError):
        await asyncio.wait_for(process.wait(), seconds)
    if process.returncode is None:
        process.kill()
        await process.wait()


def free_port(wanted: int = 0) -> int:
    """Return ``wanted`` if it is free on loopback, else some port that is."""
    for port in (wanted, 0):
        with socket.socket() as probe, suppress(OSError):
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind((LOOPBACK, port))
            return int(probe.getsockname()[1])
    raise OSError("no free port on loopback")


def _http(port: int) -> dict[str, Any]:
    """Return the HTTP settings that bind Home Assistant to loopback alone."""
    stable = {
        "server_host": [LOOPBACK],
        "server_port": port,
        "cors_allowed_origins": [],
        "login_attempts_threshold": -1,
        "ip_ban_enabled": True,
        "ssl_profile": "modern",
        "use_x_frame_options": True,
        "created_at": datetime.now(UTC).isoformat(),
        "error": None,
        "error_message": None,
    }
    return {"stable": stable, "pending": None, "yaml_migration_done": True}


def _store(path: Path, version: int, minor: int, data: dict[str, Any]) -> None:
    """Write a file as Home Assistant's storage expects it."""
    content = {"version": version, "minor_version": minor, "key": path.name, "data": data}
    path.write_text(json.dumps(content, indent=2))
