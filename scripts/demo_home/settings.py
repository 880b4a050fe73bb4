"""What a Home Assistant with the demo house is made of."""

from dataclasses import dataclass
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parents[2]


@dataclass(frozen=True, kw_only=True, slots=True)
class Settings:
    """One Home Assistant: its folder, its port and where its house stands."""

    folder: Path
    """The configuration folder; made where it does not exist."""
    port: int
    latitude: float = 47.5
    longitude: float = 9.2
    elevation_m: int = 450
    time_zone: str = "Europe/Zurich"
    country: str = "CH"
    user: str = "demo"
    password: str = "demo"

    @property
    def configuration(self) -> Path:
        """Return the file that is there once the house was set up."""
        return self.folder / "configuration.yaml"

    @property
    def address(self) -> str:
        """Return the address of the page."""
        return f"http://127.0.0.1:{self.port}"
