"""A small integration that passes every check, to be spoilt by the tests."""

import json
import shutil
import struct
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from scripts.tools import tree
from scripts.tools.metadata_quality import RULES
from scripts.tools.pure import ROOT

CONFIG_FLOW = '''
"""Flow."""

from homeassistant.config_entries import ConfigFlow, ConfigSubentryFlow
from homeassistant.const import CONF_NAME
from homeassistant.helpers import selector
import probatio

from .forms import more

CONF_PORT = "port"
LABELS = {1: "first", 2: "second"}


class FlowError(Exception):
    """A key of the form's errors."""


class EcomFlow(ConfigFlow, domain="ecom"):
    async def async_step_user(self, user_input=None):
        errors = {}
        if user_input:
            errors["base"] = "cannot_connect" if user_input else "wrong_key"
        self._abort_if_unique_id_configured()
        fields = {
            probatio.Required(CONF_PORT): str,
            probatio.Required(CONF_NAME): str,
            **more(),
            probatio.Required("role"): selector.SelectSelector(
                selector.SelectSelectorConfig(options=["grid", "solar"], translation_key="role")
            ),
        }
        return self.async_show_form(step_id="user", data_schema=fields, errors=errors)

    def async_get_supported_subentry_types(cls, entry):
        return {"meter": MeterFlow, "member": MemberFlow, "alert": AlertFlow}


class MeterFlow(ConfigSubentryFlow):
    async def async_step_user(self, user_input=None):
        if user_input:
            return self.async_abort(reason="taken")
        return self.async_show_menu(step_id="user", menu_options=[LABELS[n] for n in LABELS])


class PartFlow(ConfigSubentryFlow):
    async def async_step_user(self, user_input=None):
        return self.async_show_form(step_id="user", data_schema=self._schema())


class MemberFlow(PartFlow):
    def _schema(self):
        return {probatio.Required(CONF_NAME): str}


class AlertFlow(PartFlow):
    def _schema(self):
        return {probatio.Required("amount"): int}


def check(port):
    raise FlowError("no_such_port")
'''
FORMS = '''
"""Form."""

import probatio


def more():
    return {probatio.Optional("key"): str}
'''
INIT = '''
"""Integration."""

from homeassistant.exceptions import ConfigEntryError
from homeassistant.helpers import issue_registry as ir


def fail(reason):
    raise ConfigEntryError(
        translation_domain="ecom",
        translation_key="device_error",
        translation_placeholders={"reason": reason},
    )


def raise_issue(hass, key):
    ir.async_create_issue(hass, "ecom", key, translation_key=key)


def silent(hass):
    raise_issue(hass, "silent")


def wrong(hass, kind):
    raise_issue(hass, "_".join(("wrong", kind)))
'''
TABLES = '''
"""Table."""

from homeassistant.components.sensor import SensorEntityDescription

SENSORS = tuple(
    SensorEntityDescription(key=key, translation_key=f"site_{key}", options=options)
    for key, options in (("power", None), ("health", ["good", "bad"]))
)
TRANSLATION_KEYS = {"switch": ("outlet",)}
'''
KEYS = {
    "sensor": {"site_power": [], "site_health": ["good", "bad"]},
    "switch": {"outlet": []},
}
TEXTS: dict[str, Any] = {
    "config": {
        "step": {
            "user": {
                "title": "Add a meter",
                "data": {"port": "Port", "role": "Role", "name": "Name", "key": "Key"},
                "data_description": {"port": "Where the meter is connected to this machine."},
            }
        },
        "error": {
            "cannot_connect": "No answer",
            "wrong_key": "Wrong key",
            "no_such_port": "No such port",
        },
        "abort": {"already_configured": "Already there"},
    },
    "config_subentries": {
        "meter": {
            "entry_type": "Meter",
            "initiate_flow": {"user": "Add meter"},
            "step": {"user": {"menu_options": {"first": "First", "second": "Second"}}},
            "abort": {"taken": "Already a meter"},
        },
        "member": {
            "entry_type": "Member",
            "initiate_flow": {"user": "Add member"},
            "step": {"user": {"title": "A member", "data": {"name": "Name"}}},
        },
        "alert": {
            "entry_type": "Alert",
            "initiate_flow": {"user": "Add alert"},
            "step": {"user": {"title": "An alert", "data": {"amount": "Amount"}}},
        },
    },
    "entity": {
        "sensor": {
            "site_power": {"name": "Power"},
            "site_health": {"name": "Health", "state": {"good": "Good", "bad": "Bad"}},
        },
        "switch": {"outlet": {"name": "Outlet {number}"}},
    },
    "exceptions": {"device_error": {"message": "The device refused: {reason}"}},
    "issues": {
        "silent": {"title": "Silent", "description": "The meter is silent."},
        "wrong_key": {"title": "Wrong", "description": "The key is wrong."},
    },
    "selector": {"role": {"options": {"grid": "Grid", "solar": "Solar"}}},
    "services": {
        "boost": {
            "name": "Boost",
            "description": "Boosts.",
            "fields": {"minutes": {"name": "Minutes", "description": "How long."}},
        }
    },
}
SERVICES = "boost:\n  fields:\n    minutes:\n      selector:\n        number:\n"
MANIFEST = {
    "domain": "ecom",
    "name": "ECOM",
    "codeowners": ["@ecom-energy"],
    "config_flow": True,
    "dependencies": ["usb"],
    "documentation": "https://example.org/ecom",
    "integration_type": "hub",
    "iot_class": "local_push",
    "issue_tracker": "https://example.org/ecom/issues",
    "requirements": ["serialx>=1.11.0"],
    "version": "0.1.0",
}
ICONS = {
    "entity": {"sensor": {"site_power": {"default": "mdi:flash"}}},
    "services": {"boost": {"service": "mdi:rocket-launch"}},
}


def translate(texts: Any) -> Any:
    """Return the texts in another language, of a kind."""
    if isinstance(texts, dict):
        return {key: translate(value) for key, value in texts.items()}
    return f"{texts} !"


def png(width: int, height: int) -> bytes:
    """Return the beginning of a PNG of that size."""
    return b"\x89PNG\r\n\x1a\n" + struct.pack(">I4sII", 13, b"IHDR", width, height)


class Project:
    """The small integration in a folder, and ways to spoil it."""

    def __init__(self, root: Path) -> None:
        """Write all of it below ``root``."""
        self.root = root
        self.package = tree.package_folder(root)
        self.write("custom_components/__init__.py", '"""Here."""\n')
        self.module("__init__", INIT)
        self.module("config_flow", CONFIG_FLOW)
        self.module("forms", FORMS)
        self.module("site/__init__", '"""Site."""\n')
        self.module("site/tables", TABLES)
        self.texts("en", TEXTS)
        self.texts("fr", translate(TEXTS))
        self.json("manifest.json", MANIFEST)
        self.json("icons.json", ICONS)
        self.write("custom_components/ecom/services.yaml", SERVICES)
        rules = "".join(f"  {rule}: done\n" for rule in sorted(RULES))
        self.write("custom_components/ecom/quality_scale.yaml", f"rules:\n{rules}")
        (self.package / "brand").mkdir()
        (self.package / "brand" / "icon.png").write_bytes(png(256, 256))
        self.write("hacs.json", '{"name": "ECOM", "homeassistant": "2026.10.0"}')
        self.write("pyproject.toml", '[project]\nname = "ecom"\nversion = "0.1.0"\n')
        for name in ("README.md", "README.fr.md", "LICENSE", "CHANGELOG.md"):
            self.write(name, "ECOM\n")
        for name in ("CONTRIBUTING.md", "SECURITY.md"):
            self.write(name, "ECOM\n")

    def write(self, name: str, text: str) -> None:
        """Write a file, relative to the root."""
        path = self.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")

    def module(self, name: str, text: str) -> None:
        """Write a module of the package."""
        self.write(f"custom_components/ecom/{name}.py", text.lstrip())

    def json(self, name: str, content: Any) -> None:
        """Write a JSON file of the package."""
        self.write(f"custom_components/ecom/{name}", json.dumps(content))

    def texts(self, language: str, content: Any) -> None:
        """Write the texts of a language."""
        self.json(f"translations/{language}.json", content)

    def all_texts(self, spoil: Callable[[Any], None]) -> None:
        """Change the texts of both languages alike."""
        texts = json.loads(json.dumps(TEXTS))
        spoil(texts)
        self.texts("en", texts)
        self.texts("fr", translate(texts))

    def replace(self, name: str, old: str, new: str) -> None:
        """Replace a part of a module that must be there."""
        path = self.package / f"{name}.py"
        text = path.read_text(encoding="utf-8")
        assert old in text
        path.write_text(text.replace(old, new), encoding="utf-8")


@pytest.fixture
def project(tmp_path: Path) -> Project:
    """Return the small integration in a folder of its own."""
    return Project(tmp_path)


@pytest.fixture
def real_copy(tmp_path: Path) -> Path:
    """Return a copy of the real package."""
    ignore = shutil.ignore_patterns("__pycache__")
    shutil.copytree(ROOT / "custom_components", tmp_path / "custom_components", ignore=ignore)
    return tmp_path
