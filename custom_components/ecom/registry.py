"""The families there are: a new one is a folder and a name here.

It stands outside ``families/`` so that the import rules need no exception.
"""

from typing import Final

from .families.e450.family import E450Family
from .families.meross.family import MerossFamily
from .families.shelly.family import ShellyFamily
from .families.wes.family import WesFamily
from .runtime import Family

FAMILIES: Final[dict[str, Family]] = {
    family.key: family for family in (E450Family(), MerossFamily(), ShellyFamily(), WesFamily())
}
