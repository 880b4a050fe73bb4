"""What a VE.Direct device says over time: its last values, and which device it is."""

from dataclasses import dataclass

from .engine.vedirect import Block, Product, product
from .engine.vedirect.products import PRODUCTS


@dataclass(frozen=True, slots=True, kw_only=True)
class Identity:
    """Which device speaks."""

    product_id: int
    serial_number: str | None
    """None where the text has none, as with battery monitors."""

    @property
    def product(self) -> Product | None:
        """Return what is known of the product."""
        return product(self.product_id)


def identity_of(block: Block) -> Identity | None:
    """Return the identity in a block; the second block of a second has none.

    The oldest monitors send no product id, but the name of their model.
    """
    fields = dict(block.fields)
    try:
        product_id = int(fields["PID"], 16)
    except ValueError:
        return None
    except KeyError:
        model = f"BMV-{fields.get('BMV')}"
        named = [number for number, known in PRODUCTS.items() if known.name == model]
        if not named:
            return None
        product_id = named[0]
    return Identity(product_id=product_id, serial_number=fields.get("SER#"))


class Merge:
    """The last value of each label, from all blocks of one device.

    One of 256 damaged blocks passes the sum of its bytes: an identity counts when
    two blocks agree on it.
    """

    def __init__(self) -> None:
        """Start with nothing."""
        self.identity: Identity | None = None
        self._claimed: Identity | None = None
        self._last: dict[str, tuple[str, float]] = {}

    def claim(self, block: Block) -> Identity | None:
        """Return which device a block claims to be of; two that agree count."""
        claimed = identity_of(block)
        if claimed is not None:
            if claimed == self._claimed:
                self.identity = claimed
            self._claimed = claimed
        return claimed

    def take(self, block: Block, now: float) -> None:
        """Take the readings of a block that has just arrived."""
        for label, text in block.fields:
            self._last[label] = (text, now)

    def fields(self, since: float) -> dict[str, str]:
        """Return the texts of all labels that came since then."""
        return {label: text for label, (text, at) in self._last.items() if at >= since}

    def ages(self, now: float) -> dict[str, float]:
        """Return how many seconds ago each label came."""
        return {label: now - at for label, (_text, at) in self._last.items()}
