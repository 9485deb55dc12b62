"""Every telegram that is at hand gives its known numbers, or is refused for the right reason."""

import random

import pytest

from custom_components.ecom.families.e450.protocol import Keys, Layout, Model
from custom_components.ecom.families.e450.protocol.apdu import LLC
from custom_components.ecom.families.e450.protocol.encoder import frame
from scripts.tools.make_fixtures import PLANS, expected_telegrams

from .captures import (
    Capture,
    all_fixtures,
    decode,
    load,
    originals,
    raw_values,
    refused,
    telegrams,
)

FIXTURES = all_fixtures()
NAMES = [capture.name for capture in FIXTURES]
SHORT_FRAME = bytes.fromhex("1040014116")


@pytest.mark.parametrize("capture", FIXTURES, ids=NAMES)
@pytest.mark.parametrize("step", [0, 1, 7, 133])
def test_a_capture_gives_its_numbers_in_whatever_pieces_it_comes(
    capture: Capture, step: int
) -> None:
    """Whole, octet by octet, and in pieces that end anywhere."""
    events = decode(capture.octets, capture.keys, step)
    assert [raw_values(telegram) for telegram in telegrams(events)] == capture.telegrams
    assert refused(events) == capture.refused


def test_all_plain_captures_one_after_another_with_noise_between() -> None:
    """Noise costs no telegram that is whole, and turns none into another."""
    noise = random.Random(20261122)
    plain = [capture for capture in FIXTURES if capture.keys == Keys() and not capture.refused]
    stream = b"".join(
        noise.randbytes(noise.randrange(200)) + SHORT_FRAME + capture.octets for capture in plain
    )
    found = [raw_values(telegram) for telegram in telegrams(decode(stream))]
    assert found == [raw for capture in plain for raw in capture.telegrams]


@pytest.mark.parametrize("capture", FIXTURES, ids=NAMES)
def test_a_capture_three_times_with_noise_between(capture: Capture) -> None:
    """Each with its own keys, those with a damaged part too: the good ones all come."""
    noise = random.Random(len(capture.octets))
    between = [noise.randbytes(noise.randrange(200)) + SHORT_FRAME for _ in range(3)]
    stream = b"".join(piece + capture.octets for piece in between)
    found = [raw_values(telegram) for telegram in telegrams(decode(stream, capture.keys))]
    assert found == 3 * capture.telegrams


@pytest.mark.parametrize(
    "capture", [each for each in FIXTURES if each.keys.encryption], ids=lambda each: each.name
)
def test_an_encrypted_capture_needs_its_key(capture: Capture) -> None:
    """Without one, and with a wrong one, it is refused as a matter of the key."""
    for keys in (Keys(), Keys(bytes(16)), Keys(bytes(16), bytes(16))):
        events = decode(capture.octets, keys)
        assert set(refused(events)) == {"key"}
        assert telegrams(events) == []


@pytest.mark.parametrize(
    ("name", "model", "layout", "meter_id"),
    [
        ("e450_ekz_2021-07-06", Model.E450, Layout.PUSH_LIST, "LGZ1030600000001"),
        ("e450_ch_2022-11-22", Model.E450, Layout.PUSH_LIST, "44000002"),
        ("e450_graz_2022-02-23", Model.E450, Layout.OBIS_PAIRS, None),
        ("e360_ch_2023-06-06", Model.E360, Layout.PUSH_LIST, "LGZ1030100000003"),
        ("e570_ch_2024-03-13", Model.E570, Layout.PUSH_LIST, "LGZ1030700000004"),
        ("e450_burgenland_2023-03-28", Model.E450, Layout.BARE_14, "30000005"),
        ("e450_burgenland_11_synthetic", Model.E450, Layout.BARE_11, "30000005"),
        ("e450_vienna_synthetic", Model.E450, Layout.BARE_9, None),
        ("e450_thurgau_2024-11-03", Model.E450, Layout.BARE_2, None),
        ("e350_embriq", Model.E350, Layout.SELF_DESCRIBING, "13000008"),
    ],
)
def test_a_capture_says_which_meter_it_is(
    name: str, model: Model, layout: Layout, meter_id: str | None
) -> None:
    """By address, layout and the size of its voltages."""
    capture = load(name)
    telegram = telegrams(decode(capture.octets, capture.keys))[0]
    assert (telegram.model, telegram.layout, telegram.meter_id) == (model, layout, meter_id)


def test_security_is_told() -> None:
    """The tag is verified only where the authentication key is known."""
    styria = load("e450_styria_2022-02-21")
    (checked,) = telegrams(decode(styria.octets, styria.keys))
    (unchecked,) = telegrams(decode(styria.octets, Keys(styria.keys.encryption)))
    assert (checked.security, checked.verified, unchecked.verified) == (0x30, True, False)
    assert checked.system_title == "4c475a6770000001"
    assert checked.invocation_counter == 1539018
    vienna = load("e450_vienna_synthetic")
    telegram = telegrams(decode(vienna.octets, vienna.keys))[0]
    assert (telegram.security, telegram.verified) == (0x20, False)


# -- the originals, which are not part of the repository ------------------------------------------

REFUSED_ORIGINALS = {
    "scs-e450-C-invalid": {"gbt"},
    "ams-gh949-part": {"truncated"},
    "ams-ct623-part": {"key"},
    "aburgr-wn-x4": {"key"},
    "lgz-4blk-enc": {"key"},
    "gurux25250-stmk": {"key"},
    "pvf-bgld-1addr": {"key"},
}


@pytest.mark.parametrize("entry", originals(), ids=lambda entry: entry["id"])
@pytest.mark.parametrize("step", [0, 1])
def test_an_original_gives_the_numbers_that_accompany_it(entry: dict[str, str], step: int) -> None:
    """Twelve of the sets decode, seven are refused, each for its reason."""
    octets = bytes.fromhex(entry["hex"])
    if entry["id"] == "ams-gh934-apdu":  # captured without frames
        octets = frame(LLC + octets)
    events = decode(octets, Keys.from_hex(entry["key"], entry["auth_key"]), step)
    if kinds := REFUSED_ORIGINALS.get(entry["id"]):
        assert (telegrams(events), set(refused(events))) == ([], kinds)
        return
    plan = PLANS[entry["id"]]
    lines = [str(line) for line in entry["decoded"]]
    unchanged = type(plan)(name=plan.name, layout=plan.layout)
    expected = [each["raw"] for each in expected_telegrams(unchanged, lines)]
    assert [raw_values(telegram) for telegram in telegrams(events)] == expected
    assert expected


def test_the_originals_are_twelve_good_sets_and_seven_bad_ones() -> None:
    """So that none of them is forgotten."""
    if not originals():
        pytest.skip("the captured sets are not beside the repository")
    names = {entry["id"] for entry in originals()}
    decodable = {name for name, plan in PLANS.items() if plan.layout}
    assert names == decodable | set(REFUSED_ORIGINALS)
    assert (len(decodable), len(REFUSED_ORIGINALS)) == (12, 7)
