"""What can be set depends on the device in hand, and what harms is refused."""

import pytest

from custom_components.energy_manager.engine.errors import InputError
from custom_components.energy_manager.engine.vedirect import (
    Chemistry,
    Device,
    Family,
    Ratings,
    Setting,
    SettingKind,
    Storage,
    Transaction,
    chemistry_of,
    firmware_number,
    questions_of,
    ratings_of,
    registers_of,
    set_register,
    settings_of,
)
from custom_components.energy_manager.engine.vedirect.emulation import (
    BatteryMonitor,
    Charger,
    Converter,
    Inverter,
)
from custom_components.energy_manager.engine.vedirect.products import PRODUCTS
from tests.engine.vedirect.test_transaction import run

type Emulated = Charger | Inverter | BatteryMonitor | Converter


def learn(
    emulated: Emulated, family: Family, product_id: int, firmware: int | None = 164
) -> Device:
    """Return what is known of an emulated device after its questions."""
    asked = Device(family=family, product_id=product_id, firmware=firmware)
    values = {}
    for number in questions_of(asked):
        question = Transaction(registers_of(family)[number])
        run(question, emulated)
        if question.failure is None and question.value is not None:
            values[number] = question.value
    return Device(
        family=family, product_id=product_id, firmware=firmware, values=values
    )


def by_key(device: Device) -> dict[str, Setting]:
    """Return the settings of a device by key."""
    return {setting.key: setting for setting in settings_of(device)}


def limits(setting: Setting) -> tuple[float | None, float | None, float | None]:
    """Return minimum, maximum and step."""
    return setting.minimum, setting.maximum, setting.step


@pytest.mark.parametrize(
    ("product_id", "ratings"),
    [
        (
            0xA06C,
            Ratings(
                maximum_current_a=70,
                system_voltages=(12, 24, 36, 48),
                load_output=False,
            ),
        ),
        (
            0xA053,
            Ratings(maximum_current_a=15, system_voltages=(12, 24), load_output=True),
        ),
        (
            0xA060,
            Ratings(
                maximum_current_a=20, system_voltages=(12, 24, 36, 48), load_output=True
            ),
        ),
        (
            0xA07E,
            Ratings(maximum_current_a=30, system_voltages=(12,), load_output=False),
        ),
        (
            0xA111,
            Ratings(maximum_current_a=200, system_voltages=(48,), load_output=False),
        ),
        (
            0xA044,
            Ratings(
                maximum_current_a=30,
                system_voltages=(12, 24),
                load_output=False,
                silent_at_night=True,
            ),
        ),
        (0xA2A4, Ratings(system_voltages=(48,), rated_power_va=3000, ac_voltage_v=230)),
        (0xA30A, Ratings(maximum_current_a=25, system_voltages=(12,))),
        (0xA342, Ratings(maximum_current_a=25, system_voltages=(24,))),
        (0xA3F0, Ratings(maximum_current_a=50, system_voltages=(12,))),
        (0xA381, Ratings(relay=True)),
        (0xA389, Ratings(relay=False)),
        (0x0201, Ratings(relay=False, registers=False)),
        (0xBEEF, Ratings()),
        (None, Ratings()),
    ],
)
def test_ratings(product_id: int | None, ratings: Ratings) -> None:
    """Names tell currents and voltages."""
    assert ratings_of(product_id) == ratings


def test_every_product_has_ratings_and_settings() -> None:
    """No name is read wrongly, and nothing raises without any answer."""
    for number, product in PRODUCTS.items():
        ratings = ratings_of(number)
        if product.family in {Family.MPPT, Family.MPPT_RS}:
            assert ratings.maximum_current_a is not None
            assert 10 <= ratings.maximum_current_a <= 200
            assert ratings.load_output is (ratings.maximum_current_a <= 20)
        settings = settings_of(Device(family=product.family, product_id=number))
        assert len({setting.key for setting in settings}) == len(settings)


def test_charger_in_hand() -> None:
    """A preset battery type leaves the voltages alone."""
    settings = by_key(learn(Charger(), Family.MPPT, 0xA06C))
    assert list(settings) == [
        "charger",
        "charge_current_limit",
        "battery_type",
        "battery_maximum_current",
    ]
    limit = settings["charge_current_limit"]
    assert limits(limit) == (0, 70, 0.1)
    assert limit.kept_alive
    assert limit.volatile
    assert limit.shown(None) == 70
    assert limit.shown(20.0) == 20.0
    assert limit.stored(0) == 0
    charger = settings["charger"]
    assert charger.needs == ()
    assert (charger.stored(True), charger.stored(False)) == (1, 4)
    assert [charger.shown(each) for each in (1, 4, 0, 3, None)] == [
        True,
        False,
        False,
        None,
        None,
    ]
    wanted = [key for key, setting in settings.items() if setting.enabled_by_default]
    assert wanted == ["charger", "charge_current_limit"]


def test_battery_of_its_own_type() -> None:
    """Voltages come with limits of the battery and of each other."""
    charger = Charger(system_voltage_v=24)
    run(Transaction(registers_of(Family.MPPT)[0xEDF1], 255), charger)
    device = learn(charger, Family.MPPT, 0xA06C)
    assert chemistry_of(device) is Chemistry.LEAD_ACID
    settings = by_key(device)
    assert limits(settings["absorption_voltage"]) == (27.6, 29.4, 0.01)
    assert limits(settings["float_voltage"]) == (26.4, 27.6, 0.01)
    assert limits(settings["temperature_compensation"]) == (-42, 0, 0.1)
    assert "equalisation_voltage" not in settings
    assert settings["absorption_voltage"].stored(28.85) == 28.85
    assert settings["temperature_compensation"].stored(-16.2) == -16.2
    for wrong in (27.0, 29.5, 28.005, True, "28"):
        with pytest.raises(InputError, match="absorption_voltage"):
            settings["absorption_voltage"].stored(wrong)
    assert not any(
        setting.enabled_by_default
        for setting in settings.values()
        if setting.register.storage is Storage.PERMANENT and setting.key != "charger"
    )


@pytest.mark.parametrize(
    ("product_id", "told", "understood"),
    [
        (0xA06C, 48, True),
        (0xA06C, 200, False),
        (0xA053, 24, True),
        (0xA053, 48, False),
        (0xA110, 12, False),
        (0xA0FF, 36, True),
        (0xA0FF, 13, False),
        (0xA3F1, 24, True),
    ],
)
def test_a_voltage_that_the_product_cannot_have(
    product_id: int, told: int, understood: bool
) -> None:
    """An answer damaged on its way must not move the limits of a battery."""
    known = PRODUCTS.get(product_id)
    device = Device(
        family=Family.MPPT if known is None else known.family,
        product_id=product_id,
        values={0xEDF1: 255, 0xEDF2: -16.2, 0xEDEF: told, 0xEDF7: 14.4},
    )
    assert ("absorption_voltage" in by_key(device)) is understood


@pytest.mark.parametrize(
    ("product_id", "told", "rated"),
    [
        (0xA053, 15.0, 15),
        (0xA053, 6553.0, 15),
        (0xA0FF, 60.0, 60),
        (0xA0FF, 999.0, None),
    ],
)
def test_a_current_that_the_product_cannot_have(
    product_id: int, told: float, rated: float | None
) -> None:
    """The name of a product tells its greatest current, and no charger has 999 A."""
    device = Device(
        family=Family.MPPT, product_id=product_id, values={0xEDDF: told, 0xEDF0: 10.0}
    )
    for key in ("charge_current_limit", "battery_maximum_current"):
        setting = by_key(device).get(key)
        assert (None if setting is None else setting.maximum) == rated


def test_lithium_battery() -> None:
    """Without temperature compensation it is lithium, and never equalised."""
    charger = Charger()
    registers = registers_of(Family.MPPT)
    for number, value in ((0xEDF1, 255), (0xEDF2, 0)):
        run(Transaction(registers[number], value), charger)
    device = learn(charger, Family.MPPT, 0xA06C)
    assert chemistry_of(device) is Chemistry.LITHIUM
    settings = by_key(device)
    assert limits(settings["absorption_voltage"]) == (13.8, 14.6, 0.01)
    assert limits(settings["low_temperature_level"]) == (0, 10, 0.5)
    assert not {"equalisation_voltage", "temperature_compensation"} & settings.keys()


def test_owner_knows_the_battery() -> None:
    """What the owner says counts more than what the charger tells."""
    device = Device(
        family=Family.MPPT,
        values={0xEDF1: 255, 0xEDF2: -16.2, 0xEDEF: 12, 0xEDF4: 15.8, 0xEDFD: 0},
        chemistry=Chemistry.FLOODED,
    )
    settings = by_key(device)
    assert limits(settings["equalisation_voltage"]) == (15.0, 16.2, 0.01)
    assert limits(settings["automatic_equalisation"]) == (0, 250, 1)


@pytest.mark.parametrize(
    ("family", "number", "chemistry"),
    [
        (Family.MPPT, 2, Chemistry.GEL),
        (Family.MPPT, 4, Chemistry.AGM),
        (Family.MPPT, 6, Chemistry.FLOODED),
        (Family.MPPT, 8, Chemistry.LITHIUM),
        (Family.MPPT_RS, 2, Chemistry.AGM),
        (Family.MPPT_RS, 3, Chemistry.LITHIUM),
        (Family.DCDC, 3, None),
        (Family.MPPT, 255, None),
    ],
)
def test_presets_tell_the_battery(
    family: Family, number: int, chemistry: Chemistry | None
) -> None:
    """Presets have other numbers on RS chargers."""
    assert chemistry_of(Device(family=family, values={0xEDF1: number})) is chemistry


def test_old_firmware() -> None:
    """The remote flag comes first, and there is no limit to write."""
    old = by_key(Device(family=Family.MPPT, product_id=0xA06C, firmware=116))
    assert "charge_current_limit" not in old
    (need,) = old["charger"].needs
    assert (need.register.number, need.value) == (0x0202, 2)
    assert [need.met(each) for each in (None, 0, 1, 2, 3)] == [
        False,
        False,
        False,
        True,
        True,
    ]
    new = by_key(Device(family=Family.MPPT, product_id=0xA06C, firmware=142))
    assert new["charger"].needs == ()
    assert "charge_current_limit" in new


@pytest.mark.parametrize(
    ("label", "text", "number"),
    [
        ("FW", "161", 161),
        ("FW", "0413", 413),
        ("FW", "C208", 208),
        ("FWE", "0342FF", 342),
        ("FWE", "316FF", 316),
        ("FWE", "020801", 208),
        ("FW", "0342FF", None),
        ("FWE", "161", None),
        ("FW", "---", None),
    ],
)
def test_versions_to_compare(label: str, text: str, number: int | None) -> None:
    """Betas and candidates count as their version."""
    assert firmware_number(label, text) == number


def test_load_output() -> None:
    """A select that keeps the bits of the light timer."""
    charger = Charger(product_id=0xA053)
    load = by_key(learn(charger, Family.MPPT, 0xA053))["load_output_mode"]
    assert load.kind is SettingKind.SELECT
    assert load.automatic == "automatic"
    assert "energy_selector" not in load.options
    assert load.shown(0x84) == "on"
    assert load.stored("automatic", 0x84) == 0x81
    with pytest.raises(InputError, match="once the device has told it"):
        load.stored("on")
    with pytest.raises(InputError, match="one of off, automatic"):
        load.stored("dim", 0)
    by_cable = Device(family=Family.MPPT, product_id=0xA053, values={0xED98: 2})
    assert "load_output_mode" not in by_key(by_cable)


def test_inverter_in_hand() -> None:
    """Mode, output voltage within what it tells, and its battery's limits."""
    settings = by_key(learn(Inverter(), Family.INVERTER, 0xA2F1, 124))
    mode = settings["inverter_mode"]
    assert [mode.stored(each) for each in ("on", "eco", "off")] == [2, 5, 4]
    assert mode.shown(5) == "eco"
    assert mode.shown(253) is None
    assert limits(settings["output_voltage"]) == (210, 245, 1)
    assert limits(settings["shut_down_voltage"]) == (9.2, 10.9, 0.1)
    assert limits(settings["restart_voltage"]) == (9.3, 14.0, 0.1)
    assert limits(settings["charge_detected_voltage"]) == (10.9, 17.0, 0.1)
    assert "relay" not in settings
    smart = by_key(learn(Inverter(smart=True), Family.INVERTER, 0xA2B1, 124))
    assert smart["relay_mode"].shown(4) == "normal"
    assert [need.value for need in smart["relay"].needs] == [2]


def test_battery_monitor_in_hand() -> None:
    """A BMV has a relay, a SmartShunt has none, a BMV-600 has no registers."""
    emulated = BatteryMonitor(product_id=0xA381)
    settings = by_key(learn(emulated, Family.BMV, 0xA381, 403))
    relay = settings["relay"]
    assert (relay.stored(True), relay.shown(0), relay.shown(1)) == (1, False, True)
    assert settings["synchronise"].kind is SettingKind.BUTTON
    assert settings["synchronise"].stored(True) == 0
    assert limits(settings["battery_capacity"]) == (1, 9999, 1)
    assert limits(settings["peukert_exponent"]) == (1, 1.5, 0.01)
    shunt = by_key(learn(BatteryMonitor(), Family.BMV, 0xA389, 413))
    assert "relay" not in shunt
    assert settings_of(Device(family=Family.BMV, product_id=0x0200)) == ()
    assert questions_of(Device(family=Family.BMV, product_id=0x0200)) == ()


def test_other_chargers() -> None:
    """Orion XS and Blue Smart: on and off, and the current."""
    settings = by_key(learn(Converter(), Family.DCDC, 0xA3F0, 110))
    assert list(settings) == ["charger", "battery_maximum_current"]
    assert limits(settings["battery_maximum_current"]) == (1, 50, 0.1)
    assert settings_of(Device(family=Family.MULTI_RS, product_id=0xA442)) == ()


EMULATED = [
    (Charger(product_id=0xA053, system_voltage_v=24), Family.MPPT, 0xA053),
    (Inverter(smart=True), Family.INVERTER, 0xA2F1),
    (BatteryMonitor(product_id=0xA381), Family.BMV, 0xA381),
    (Converter(), Family.DCDC, 0xA3F0),
]


@pytest.mark.parametrize(("emulated", "family", "product_id"), EMULATED)
def test_every_value_offered_is_taken(
    emulated: Emulated, family: Family, product_id: int
) -> None:
    """What the settings allow passes the checks and is taken by the device."""
    if family is Family.MPPT:
        run(Transaction(registers_of(family)[0xEDF1], 255), emulated)
    for setting in settings_of(learn(emulated, family, product_id)):
        for need in setting.needs:
            run(Transaction(need.register, need.value), emulated)
        match setting.kind:
            case SettingKind.NUMBER:
                assert setting.minimum is not None
                assert setting.maximum is not None
                values = [
                    setting.stored(setting.minimum),
                    setting.stored(setting.maximum),
                ]
            case SettingKind.BUTTON:
                values = [setting.stored(True)]
            case _:
                values = [setting.stored(key, 0) for key in setting.options]
        for value in values:
            order = Transaction(setting.register, value)
            run(order, emulated)
            assert order.failure is None, (setting.key, value)


@pytest.mark.parametrize(
    ("number", "data"),
    [
        *((each, b"\x00") for each in (0x0004, 0x0090, 0x1030, 0x2009, 0xED98, 0xED9E)),
        (0x200E, b"\x08"),
        (0x200E, b"\x0d"),
        (0xEDE8, b"\x01"),
    ],
)
def test_encoder_refuses_what_harms(number: int, data: bytes) -> None:
    """No caller can have these bytes made."""
    with pytest.raises(InputError, match=f"0x{number:04X}"):
        set_register(number, data)


def test_encoder_lets_a_charger_alone_again() -> None:
    """Taking a battery management system back is allowed."""
    assert set_register(0xEDE8, b"\x00") == b":8E8ED000078\n"
    assert set_register(0x200E, b"\x05") == b":80E2000051A\n"
