"""The check of the metadata passes a good tree and fails on each bad one."""

from typing import Any

import pytest

from scripts.tools.check_metadata import check
from scripts.tools.metadata_icons import known_icons
from tests.tools.conftest import ICONS, MANIFEST, TEXTS, Project, png


def faults(project: Project) -> str:
    """Return all that is wrong."""
    return "\n".join(check(project.root))


def test_a_good_tree_passes(project: Project) -> None:
    """Nothing is wrong with it."""
    assert faults(project) == ""


@pytest.mark.parametrize(
    "name",
    [
        "README.md",
        "README.fr.md",
        "LICENSE",
        "CHANGELOG.md",
        "CONTRIBUTING.md",
        "SECURITY.md",
        "hacs.json",
        "custom_components/ecom/manifest.json",
        "custom_components/ecom/icons.json",
        "custom_components/ecom/quality_scale.yaml",
        "custom_components/ecom/brand/icon.png",
    ],
)
def test_needed_files(project: Project, name: str) -> None:
    """Each of them must be there."""
    (project.root / name).unlink()
    assert "not there" in faults(project)


BAD_MANIFESTS = [
    ({"domain": "eco"}, "domain must be"),
    ({"surprise": 1}, "unknown key surprise"),
    ({"iot_class": "magic"}, "iot_class must be one of"),
    ({"integration_type": "thing"}, "integration_type must be one of"),
    ({"documentation": "http://example.org"}, "must be an https address"),
    ({"documentation": "https://www.home-assistant.io/integrations/ecom"}, "own pages"),
    ({"codeowners": ["someone"]}, "handles that begin with @"),
    ({"requirements": ["serialx >=1.11.0"]}, "holds a space"),
    ({"requirements": ["serialx==1.11.0"]}, "is pinned"),
    ({"requirements": ["not a requirement!"]}, "requirement"),
    ({"version": "first"}, "would not be loaded"),
    ({"version": "0.2.0"}, "not that of pyproject.toml"),
    ({"config_flow": False}, "do not agree"),
    ({"dependencies": ["usb", "persistent_notification"]}, "must not be a dependency"),
    ({"after_dependencies": ["usb"]}, "stands in dependencies and in after_dependencies"),
]


@pytest.mark.parametrize(("change", "fault"), BAD_MANIFESTS)
def test_bad_manifests(project: Project, change: dict[str, Any], fault: str) -> None:
    """Each rule of the manifest is enforced."""
    project.json("manifest.json", MANIFEST | change)
    assert fault in faults(project)


def test_order_and_missing_keys(project: Project) -> None:
    """The keys stand in Home Assistant's order, and none is missing."""
    project.json("manifest.json", {key: MANIFEST[key] for key in reversed(MANIFEST)})
    assert "keys must stand in the order" in faults(project)
    project.json("manifest.json", {"domain": "ecom"})
    assert "iot_class is missing" in faults(project)


@pytest.mark.parametrize(
    "line",
    [
        "from homeassistant.components.recorder import get_instance",
        "from homeassistant.components import recorder",
        "import homeassistant.components.recorder.statistics",
        "def later():\n    from homeassistant.components import recorder",
    ],
)
def test_imports_that_are_no_dependency(project: Project, line: str) -> None:
    """A component that is used must be listed."""
    project.module("site/history", line + "\n")
    assert "imports recorder, which is no dependency" in faults(project)
    project.json("manifest.json", {**MANIFEST_WITH_RECORDER})
    assert faults(project) == ""


MANIFEST_WITH_RECORDER = {
    "domain": "ecom",
    "name": "ECOM",
    "after_dependencies": ["recorder"],
    **{key: value for key, value in MANIFEST.items() if key not in {"domain", "name"}},
}


def test_imports_that_need_no_dependency(project: Project) -> None:
    """Types, platforms and the platforms of one's own are free."""
    lines = "from homeassistant.components.sensor import SensorEntity\n"
    lines += "if TYPE_CHECKING:\n    from homeassistant.components import recorder\n"
    project.module("site/history", lines)
    project.module("diagnostics", "from homeassistant.components import diagnostics\n")
    assert faults(project) == ""


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ('{"name": "ECOM", "homeassistant": "2026.10.0", "x": 1}', "unknown key x"),
        ('{"homeassistant": "2026.10.0"}', "needs a name"),
        ('{"name": "ECOM", "homeassistant": "soon"}', "must be a version"),
        ('{"name": "ECOM", "homeassistant": "2026.10.0", "zip_release": true}', "zip_release"),
        ("[]", "holds no object"),
        ("{", "hacs.json"),
    ],
)
def test_bad_hacs(project: Project, text: str, fault: str) -> None:
    """The file for HACS has a closed set of keys."""
    project.write("hacs.json", text)
    assert fault in faults(project)


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        ({"surprise": {}}, "unknown section surprise"),
        ({"services": {"boost": "mdi:flash"}}, "services.boost needs service"),
        ({"services": {"boost": {"service": "mdi:flash", "x": "mdi:flash"}}}, "unknown x"),
        ({"services": {}}, "services.boost: has no icon"),
        ({"services": {"other": {"service": "mdi:flash"}}}, "other: there is no such text"),
        ({"entity": {"sensor": {"site_power": {"state": {}}}}}, "needs default"),
        ({"entity": {"sensor": {"site_power": {"default": "flash"}}}}, "no icon of the form"),
        ({"entity": {"sensor": {"site_power": {"default": "mdi:nope"}}}}, "does not exist"),
        ({"entity": {"sensor": {"other": {"default": "mdi:flash"}}}}, "there is no such text"),
        ({"entity": {"sensor": {"site_power": {"default": "mdi:flash", "y": "mdi:flash"}}}}, "y"),
    ],
)
def test_bad_icons(project: Project, change: dict[str, Any], fault: str) -> None:
    """Icons exist, stand where they belong, and have a text."""
    project.json("icons.json", ICONS | change)
    assert fault in faults(project)


def test_the_icons_are_really_looked_up() -> None:
    """The frontend's package is there, with thousands of names."""
    assert "flash" in known_icons()
    assert len(known_icons()) > 7000


@pytest.mark.parametrize(
    ("old", "new", "fault"),
    [
        ("  brands: done\n", "", "brands is missing"),
        ("  brands: done", "  brands: done\n  surprise: done", "there is no rule surprise"),
        ("  brands: done", "  brands: perhaps", "must be one of"),
        ("  brands: done", "  brands: todo", "needs a comment"),
        ("  brands: done", "  brands: {status: exempt}", "needs a comment"),
    ],
)
def test_bad_quality_scale(project: Project, old: str, new: str, fault: str) -> None:
    """All 54 rules are answered, and whatever is not done says why."""
    path = project.package / "quality_scale.yaml"
    path.write_text(path.read_text(encoding="utf-8").replace(old, new), encoding="utf-8")
    assert fault in faults(project)


def test_a_rule_with_a_reason(project: Project) -> None:
    """An exemption with its reason is fine."""
    path = project.package / "quality_scale.yaml"
    text = path.read_text(encoding="utf-8")
    text = text.replace("  brands: done", "  brands: {status: exempt, comment: Because.}")
    path.write_text(text, encoding="utf-8")
    assert faults(project) == ""


@pytest.mark.parametrize(
    ("name", "text", "fault"),
    [
        ("README.md", "line\n" * 201, "has 201 lines"),
        ("README.fr.md", "ligne\n" * 201, "has 201 lines"),
        ("custom_components/ecom/site/long.py", "x = 1\n" * 301, "has 301 lines"),
        ("custom_components/ecom/sensor.py", "x = 1\n" * 91, "has 91 lines"),
        ("custom_components/ecom/__init__.py", "x = 1\n" * 121, "has 121 lines"),
        ("custom_components/ecom/site/utils.py", "", "is a drawer"),
        ("docs/a.md", "see /" + "work/shared", "folder of one machine"),
        ("docs/a.md", "in `/" + "root/.cache`", "folder of one machine"),
        (".github/workflows/x.yml", "a:\n  - uses: a/b@v1 # c", "not pinned by its commit"),
        ("docs/broken.json", "{", "cannot be read"),
        ("docs/twice.json", '{"a": 1, "a": 2}', "stands twice: a"),
        ("docs/broken.yaml", "a: [", "cannot be read"),
    ],
)
def test_bad_files(project: Project, name: str, text: str, fault: str) -> None:
    """Each rule for files is enforced."""
    project.write(name, text)
    assert fault in faults(project)


def test_a_pinned_action(project: Project) -> None:
    """A commit in full is what is asked for."""
    project.write(".github/workflows/x.yml", f"a:\n  - uses: a/b/c@{'0a' * 20} # v1\n")
    assert faults(project) == ""


def test_paths_that_are_fine(project: Project) -> None:
    """Other people's folders of similar names are no fault."""
    project.write("docs/a.md", ".github/" + "workflows, a home/work/life, https://x.org/root/x")
    assert "one machine" not in faults(project)


@pytest.mark.parametrize("content", [png(128, 256), b"GIF89a"])
def test_bad_brand(project: Project, content: bytes) -> None:
    """The icon is a PNG of the right size."""
    (project.package / "brand" / "icon.png").write_bytes(content)
    assert "must be a PNG of 256 by 256" in faults(project)


def test_without_translations_icons_are_not_compared(project: Project) -> None:
    """The texts are another check's business."""
    (project.package / "translations" / "en.json").unlink()
    assert TEXTS
    assert "no such text" not in faults(project)
