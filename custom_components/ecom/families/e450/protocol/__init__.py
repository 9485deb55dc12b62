"""The protocol of the customer interface: octets in, telegrams out, and the way back."""

from .clock import MeterTime
from .decoder import Decoder
from .obis import ObisCode
from .profiles import PROFILES, Profile, propose
from .registers import REGISTERS, Quantity, Register, lookup
from .security import Keys
from .values import Layout, Model, Refusal, RefusalKind, Telegram, Value

__all__ = [
    "PROFILES",
    "REGISTERS",
    "Decoder",
    "Keys",
    "Layout",
    "MeterTime",
    "Model",
    "ObisCode",
    "Profile",
    "Quantity",
    "Refusal",
    "RefusalKind",
    "Register",
    "Telegram",
    "Value",
    "lookup",
    "propose",
]
