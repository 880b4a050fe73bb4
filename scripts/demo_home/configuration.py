"""The configuration folder of a Home Assistant with the demo house."""

import json
import shutil

from .settings import REPOSITORY, Settings

# Only what the demo house needs: no discovery, no cloud, no voice. What people
# do is an input of the plan, so each of the two has a switch for being at home.
CONFIGURATION = """\
homeassistant:
  name: Home
  latitude: {latitude}
  longitude: {longitude}
  elevation: {elevation_m}
  unit_system: metric
  currency: EUR
  country: {country}
  time_zone: {time_zone}

energy:
history:
logbook:
my:
recorder:
sun:

automation: !include automations.yaml
script: !include scripts.yaml
scene: !include scenes.yaml

input_boolean:
  anna_at_home:
    name: Anna is at home
    icon: mdi:home-account
  ben_at_home:
    name: Ben is at home
    icon: mdi:home-account

template:
  - device_tracker:
      - name: Anna's phone
        default_entity_id: device_tracker.anna
        unique_id: demo_anna
        in_zones: "{{{{ ['zone.home'] if is_state('input_boolean.anna_at_home', 'on') else [] }}}}"
      - name: Ben's phone
        default_entity_id: device_tracker.ben
        unique_id: demo_ben
        in_zones: "{{{{ ['zone.home'] if is_state('input_boolean.ben_at_home', 'on') else [] }}}}"

logger:
  default: warning
  logs:
    custom_components.energy_manager: info
"""


def write(settings: Settings) -> None:
    """Make the configuration folder; what a person changed in it stays."""
    folder = settings.folder
    storage = folder / ".storage"
    storage.mkdir(parents=True, exist_ok=True)
    configuration = settings.configuration
    if not configuration.exists():
        configuration.write_text(
            CONFIGURATION.format(
                latitude=settings.latitude,
                longitude=settings.longitude,
                elevation_m=settings.elevation_m,
                country=settings.country,
                time_zone=settings.time_zone,
            ),
            encoding="utf-8",
        )
    for name in ("automations.yaml", "scripts.yaml", "scenes.yaml"):
        if not (folder / name).exists():
            (folder / name).write_text("[]\n", encoding="utf-8")
    _link_integration(settings)
    _copy_blueprints(settings)
    _write_port(settings)
    _skip_onboarding(settings)


def _link_integration(settings: Settings) -> None:
    """Let Home Assistant load the integration from this repository."""
    components = settings.folder / "custom_components"
    components.mkdir(exist_ok=True)
    link = components / "energy_manager"
    target = REPOSITORY / "custom_components" / "energy_manager"
    if link.is_symlink() and link.resolve() != target:
        link.unlink()
    if not link.exists():
        link.symlink_to(target, target_is_directory=True)


def _copy_blueprints(settings: Settings) -> None:
    """Offer the blueprints; Home Assistant does not follow links to them."""
    source = REPOSITORY / "blueprints" / "automation" / "energy_manager"
    if source.is_dir():
        shutil.copytree(
            source,
            settings.folder / "blueprints" / "automation" / "energy_manager",
            dirs_exist_ok=True,
        )


def _write_port(settings: Settings) -> None:
    """Set the port where Home Assistant keeps it.

    A port in configuration.yaml would have to be confirmed in the browser
    within five minutes of the first start.
    """
    stored = {
        "version": 2,
        "minor_version": 2,
        "key": "http",
        "data": {
            "stable": {
                "server_port": settings.port,
                "server_host": ["127.0.0.1"],
                "cors_allowed_origins": [],
                "login_attempts_threshold": -1,
                "ip_ban_enabled": True,
                "ssl_profile": "modern",
                "use_x_frame_options": True,
                "created_at": "2026-01-01T00:00:00+00:00",
                "error": None,
                "error_message": None,
            },
            "pending": None,
            "yaml_migration_done": True,
        },
    }
    (settings.folder / ".storage" / "http").write_text(json.dumps(stored))


def _skip_onboarding(settings: Settings) -> None:
    """Leave only the user to be made: the other steps would ask the internet."""
    path = settings.folder / ".storage" / "onboarding"
    if not path.exists():
        stored = {
            "version": 4,
            "minor_version": 1,
            "key": "onboarding",
            "data": {"done": ["core_config", "analytics", "integration"]},
        }
        path.write_text(json.dumps(stored))
