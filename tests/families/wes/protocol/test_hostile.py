"""What somebody else's server could send: nothing takes long, nothing grows."""

import tracemalloc
from random import Random
from time import process_time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from custom_components.ecom.families.wes.protocol import Report, read
from custom_components.ecom.families.wes.protocol.document import LARGEST, scan
from tests.families.wes.protocol.damage import MARKUP

LAUGHS = "".join(
    f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' if n else '<!ENTITY l0 "lol">' for n in range(10)
)


def test_a_billion_laughs_are_ten_letters() -> None:
    """Nothing is expanded."""
    body = f"<!DOCTYPE data [{LAUGHS}]><data><tic1><PTEC>&l9;</PTEC></tic1></data>"
    assert scan(body.encode()).sections == {"tic1": {"PTEC": "&l9;"}}


@pytest.mark.parametrize(
    "piece",
    [
        *MARKUP,
        b"<a ",
        b"<" + b"a" * 63,
        b"<tic1></tic1>",
        b"<tic1><A>1</A></tic1><tic2><A>1</A></tic2>",
        b"<A>1</A>",
        b"<A>&amp;&#1;</A>",
        b"<!--<![CDATA[<?",
        b"<?-->",
        b"\t",
    ],
)
def test_time_and_memory_are_linear(piece: bytes) -> None:
    """Ten megabytes of one piece cost what a quarter of a mebibyte costs, which is little."""
    body = b"<data><tic1>" + piece * (10_000_000 // len(piece))
    started = process_time()
    scan(body)
    assert process_time() - started < 3  # About 0.2 s at most on a quiet machine.


def test_nesting_is_not_followed() -> None:
    """There is no stack that could overflow."""
    body = b"<data>" + b"<x>" * 50_000 + b"<tic1><A>1</A></tic1>" + b"</x>" * 5_000
    assert scan(body).sections == {"tic1": {"A": "1"}}


def test_memory_stays_small() -> None:
    """A body is not kept in many small pieces of large size."""
    body = b"<tic1><A>1</A></tic1>" * LARGEST
    tracemalloc.start()
    scan(body)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 40 * LARGEST


@given(st.binary(max_size=300))
def test_any_bytes_are_read(body: bytes) -> None:
    """Nothing raises, whatever comes."""
    assert isinstance(read(body), Report)


def test_any_markup_is_read() -> None:
    """Nothing raises for any sequence of tags either."""
    random = Random(1)
    for _ in range(1000):
        assert isinstance(read(b"".join(random.choices(MARKUP, k=40))), Report)


@pytest.mark.parametrize("digits", [13, 5000, 200_000])
def test_a_number_of_any_length_is_left_out(digits: int) -> None:
    """Python itself would refuse to convert more than 4300 digits."""
    body = b"<tic1><PTEC>TH..</PTEC><BASE>" + b"9" * digits + b"</BASE></tic1>"
    assert [str(point) for point in read(body).values] == ["tic1/period"]
