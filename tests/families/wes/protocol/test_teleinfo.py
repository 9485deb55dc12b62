"""What a Téléinfo says, and what is left out."""

import pytest

from custom_components.ecom.families.wes.protocol import Colour, Contract, Period, Value
from tests.families.wes.protocol.pages import said

METER = {"ADCO": "021000000017"}


def meter(**texts: str) -> dict[str, Value]:
    """Return what a Téléinfo says besides its number."""
    found = said(tic1={**METER, **texts})
    del found["tic1/meter_id"]
    return {key.removeprefix("tic1/"): value for key, value in found.items()}


# --- Is there a meter? ---------------------------------------------------------


@pytest.mark.parametrize(
    "texts",
    [
        {"ADCO": "Pas Dispo", "PTEC": "TIC NDERR."},
        {"ADCO": "Pas Dispo", "PTEC": "TH.."},
        {"ADCO": "021000000017", "PTEC": "TIC NDERR."},
        {"PTEC": "TIC NDERR."},
        {"ADCO": "Pas D", "PTEC": "Inconnu"},
        {},
    ],
)
def test_without_a_meter_nothing_is_said(texts: dict[str, str]) -> None:
    """Either text says so; and zeros are not believed without a sign of a meter."""
    assert said(tic1={**texts, "BASE": "000000000", "PAP": "0"}) == {}


def test_a_meter_is_there_without_its_number() -> None:
    """A number that is no number costs itself; whoever compares numbers decides the rest."""
    assert said(tic1={"ADCO": "02100000001", "PTEC": "TH..", "BASE": "000000007"}) == {
        "tic1/period": Period.BASE,
        "tic1/base": 7,
    }
    assert said(tic2={"ADCO": "021000000017", "BASE": "7"}) == {
        "tic2/meter_id": "021000000017",
        "tic2/base": 7,
    }


def test_there_are_three_meters_at_most() -> None:
    """What a fourth would be nobody knows."""
    assert said(tic4={**METER, "BASE": "7"}) == {}


# --- The contract ------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "contract"),
    [
        ("BASE", Contract.BASE),
        ("Base", Contract.BASE),
        ("HC..", Contract.PEAK_OFF_PEAK),
        ("HpHc", Contract.PEAK_OFF_PEAK),
        ("H PLEINE/CREUSE", Contract.PEAK_OFF_PEAK),
        ("EJP.", Contract.EJP),
        ("EJP..", Contract.EJP),
        ("BBRx", Contract.TEMPO),
        ("BBR(", Contract.TEMPO),
        ("BBR3.", Contract.TEMPO),
        ("TEMPO", Contract.TEMPO),
        ("HC_Et_WE", Contract.WEEKEND),
        ("HC_SEM_WE_MERCR", Contract.WEEKEND),
        ("PRODUCTEUR", Contract.PRODUCER),
    ],
)
def test_contracts(text: str, contract: Contract) -> None:
    """The historic codes, the standard mode's names, and the server's."""
    assert meter(OPTARIF=text) == {"contract": contract}


@pytest.mark.parametrize(
    ("text", "period"),
    [
        ("TH..", Period.BASE),
        ("BASE", Period.BASE),
        ("HC..", Period.OFF_PEAK),
        ("HP..", Period.PEAK),
        ("H. Pleines", Period.PEAK),
        ("H. Creuses", Period.OFF_PEAK),
        ("HEURE PLEINE", Period.PEAK),
        ("HEURE  CREUSE", Period.OFF_PEAK),
        ("H. Super Creuses", Period.SUPER_OFF_PEAK),
        ("HN..", Period.EJP_NORMAL),
        ("PM..", Period.EJP_PEAK),
        ("HCJB", Period.BLUE_OFF_PEAK),
        ("HPJW", Period.WHITE_PEAK),
        ("HPJR", Period.RED_PEAK),
        ("H. Pleine BLEU", Period.BLUE_PEAK),
        ("H. Creuse BLANC", Period.WHITE_OFF_PEAK),
        ("H. Pleine ROUGE", Period.RED_PEAK),
        ("HC BLEU", Period.BLUE_OFF_PEAK),
    ],
)
def test_periods(text: str, period: Period) -> None:
    """The historic codes, the standard mode's names, and the server's."""
    assert meter(PTEC=text) == {"period": period}


@pytest.mark.parametrize(
    ("text", "colour"),
    [
        ("Jour BLEU", Colour.BLUE),
        ("Jour BLANC", Colour.WHITE),
        ("ROUG", Colour.RED),
        ("----", None),
        ("pas connue !", None),
    ],
)
def test_tomorrow(text: str, colour: Colour | None) -> None:
    """That it is not known is stated too."""
    assert meter(DEMAIN=text) == {"tomorrow": colour}


@pytest.mark.parametrize(
    ("tag", "text"),
    [
        ("OPTARIF", "."),
        ("OPTARIF", "HD.."),
        ("OPTARIF", "BBRxy"),
        ("PTEC", "Inconnu"),
        ("PTEC", ""),
        ("PTEC", "H. Pleine VERT"),
        ("DEMAIN", ""),
        ("DEMAIN", "Jour VERT"),
        ("PEJP", "2"),
        ("ISOUSC", "45A"),
    ],
)
def test_what_is_not_understood_is_left_out(tag: str, text: str) -> None:
    """It is not guessed."""
    assert meter(**{tag: text}) == {}


@pytest.mark.parametrize(("text", "notice"), [("0", False), ("1", True), ("30", True)])
def test_mobile_peak_hours_are_announced(text: str, notice: bool) -> None:  # noqa: FBT001
    """The server says 1, a meter the minutes."""
    assert meter(PEJP=text) == {"ejp_notice": notice}


# --- Counters ----------------------------------------------------------------


@pytest.mark.parametrize(
    "text", ["-1", "+1", "1.0", "1,0", "1e3", "0x1", "1_000", "٣", "²", "1 000", "", "nan", "inf"]
)
def test_a_counter_is_digits(text: str) -> None:
    """A counter of Wh has no decimals: with them it might be kWh."""
    assert meter(BASE=text) == {}


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("7", "7", {"off_peak": 7}),
        ("7", "0", {"off_peak": 7}),
        ("000000000", "000000007", {"off_peak": 7}),
        ("7", "8", {}),
        ("7", "x", {"off_peak": 7}),
    ],
)
def test_two_spellings_of_a_counter(old: str, new: str, expected: dict[str, Value]) -> None:
    """The one that is not used stays at zero; if both count and differ, neither is believed."""
    assert meter(HCHC=old, H_CREUSE=new) == expected


@pytest.mark.parametrize(
    ("texts", "expected"),
    [
        ({"PRODUCTEUR": "0"}, {}),
        ({"PRODUCTEUR": "1"}, {}),
        ({"PRODUCTEUR": "000000001"}, {}),
        ({"PRODUCTEUR": "004410077"}, {"production": 4_410_077}),
        ({"Production": "1"}, {"production": 1}),
        ({"PRODUCTEUR": "1", "Production": "5"}, {"production": 5}),
        ({"PRODUCTEUR": "5", "Production": "5"}, {"production": 5}),
        ({"PRODUCTEUR": "5", "Production": "6"}, {}),
        ({"PRODUCTEUR": "5", "Production": "0"}, {}),
    ],
)
def test_production(texts: dict[str, str], expected: dict[str, Value]) -> None:
    """A flag in some pages, the counter in others."""
    assert meter(**texts) == expected
