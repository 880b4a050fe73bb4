"""What may be written to which controller."""

from pathlib import Path

import pytest

from custom_components.energy_manager.engine.errors import InputError
from custom_components.energy_manager.engine.vbus import (
    Family,
    Setting,
    family_of,
    id_hash,
    partners,
    reason_read_only,
    telltale_request,
    variant,
    violation,
)

MX, BX_PLUS, HC, SLT = 0x7E11, 0x7112, 0x5400, 0x1001
CS_PLUS, CS2, CS4, BS_4, C, E = 0x2211, 0x1121, 0x1122, 0x427B, 0x4212, 0x1050
VITOSOLIC, BX, COSMO = 0x7321, 0x7421, 0x7821
WRITABLE = (BX_PLUS, HC, SLT, CS_PLUS, CS2, CS4, BS_4, C, E, VITOSOLIC, COSMO)


def known(source: int) -> Family:
    """Return the family of a controller that has one."""
    family = family_of(source)
    assert family is not None
    return family


def mx(*, outputs: bool) -> Family:
    """Return the family of a DeltaSol MX of either firmware."""
    return variant(known(MX), 2 if outputs else None, None if outputs else "unknown")


def setting(family: Family, key: str, number: int = 1) -> Setting:
    """Return a setting that the family must have."""
    found = family.setting(key, number)
    assert found is not None
    return found


def test_hashes_of_names() -> None:
    """The names give the hashes that controllers tell for them."""
    names = {one.name for source in WRITABLE for one in known(source).settings}
    names |= {one.name for one in mx(outputs=True).settings}
    told = {
        "Relais_Regler_R1_Handbetrieb": 763685401,
        "Relais_Regler_R2_Handbetrieb": 2095313818,
        "Relais_Regler_R3_Handbetrieb": 1279458587,
        "Relais_Regler_R1_MinDrehzahl": 792545463,
        "Relais_Regler_R1_MaxDrehzahl": 465906105,
        "Ausgang_Regler_A1_Handbetrieb": 1135178670,
        "Ausgang_Regler_A1_MinDrehzahl": 1164038732,
        "Solar_Sp1_dTein": 1315660039,
        "Solar_Sp1_dTaus": 1315656084,
        "Solar_Sp1_dTsoll": 467618021,
        "Solar_Sp1_Tsoll": 1297810337,
        "Solar_Sp1_Tmax": 364696909,
        "Solar_Sp1_MinDrehzahl": 302914889,
        "Solar_Sp1_Vorrang": 553892466,
        "Solar_Kol1_Tnot": 273310779,
        "Solar_Kol1_Tmin": 273309486,
        "Handbetrieb1": 1887930473,
        "Handbetrieb2": 1887930474,
        "MinDrehzahl1": 692828871,
        "MaxDrehzahl1": 651148297,
        "dT1ein": 1867547493,
        "dT1aus": 1867543538,
        "TSp1Max": 197068558,
        "TKol1Not": 496292796,
    }
    assert told.keys() <= names
    assert {name: id_hash(name) for name in told} == told


@pytest.mark.parametrize(
    ("source", "options"),
    [
        (BX_PLUS, {"off": 0, "minimum": 1, "automatic": 2, "on": 3}),
        (SLT, {"off": 0, "minimum": 1, "automatic": 2, "maximum": 3, "on": 4}),
        (CS_PLUS, {"off": 0, "automatic": 1, "on": 2}),
        (CS2, {"off": 0, "automatic": 1, "on": 2}),
        (CS4, {"off": 0, "automatic": 1, "on": 2}),
        (E, {"off": 0, "automatic": 1, "minimum": 2, "maximum": 3}),
        (COSMO, {"automatic": 0, "on": 2}),
    ],
)
def test_relay_modes(source: int, options: dict[str, int]) -> None:
    """Automatic, on and off are other numbers in other families."""
    modes = [one for one in known(source).settings if one.key == "relay_mode"]
    assert [mode.number for mode in modes] == list(range(1, len(modes) + 1))
    for mode in modes:
        assert mode.automatic == "automatic"
        assert {shown: mode.stored(shown) for shown in options} == options
        assert {raw: mode.shown(raw) for raw in options.values()} == {
            raw: shown for shown, raw in options.items()
        }
        assert mode.shown(99) is None
        assert mode.shown(-1) is None


@pytest.mark.parametrize("source", [HC, BS_4, C])
def test_options_of_unconfirmed_meaning_are_never_written(source: int) -> None:
    """What only may mean off or on is refused, with a reason."""
    mode = setting(known(source), "relay_mode")
    assert mode.reason == "meaning_unconfirmed"
    assert mode.read_only is (source != HC)
    for option in ("off", "minimum", "maximum", "on"):
        with pytest.raises(InputError):
            mode.stored(option)
    if source == HC:
        assert mode.stored("automatic") == 2


def test_firmwares_of_mx_are_told_apart() -> None:
    """Until a DeltaSol MX told its firmware nothing can be written to it."""
    unidentified = known(MX)
    assert unidentified.settings == ()
    assert reason_read_only(MX) == "version_unknown"
    request = telltale_request(unidentified)
    assert request is not None
    assert request.name == "Ausgang_Regler_A1_Handbetrieb"
    assert variant(unidentified, None, "timeout") is unidentified
    assert variant(unidentified, None, "lost_bus") is unidentified
    new, old = mx(outputs=True), mx(outputs=False)
    assert setting(new, "relay_mode", 14).stored("on") == 4
    assert setting(new, "output_mode", 4).stored("off") == 0
    assert setting(old, "relay_mode").writable_options == ("automatic",)
    assert old.setting("output_mode") is None
    assert old.setting("relay_maximum_speed") is None
    assert telltale_request(known(BX_PLUS)) is None
    assert variant(known(BX_PLUS), None, "unknown") is known(BX_PLUS)


def test_fixed_indices() -> None:
    """Older families have their values at places that never move."""
    places = {
        (source, one.key, one.number): one.index
        for source in (CS_PLUS, BS_4, C, E, VITOSOLIC, COSMO)
        for one in known(source).settings
    }
    told = {
        (CS_PLUS, "relay_mode", 1): 552,
        (CS_PLUS, "relay_mode", 2): 553,
        (CS_PLUS, "relay_minimum_speed", 1): 48,
        (CS_PLUS, "relay_maximum_speed", 1): 50,
        (CS_PLUS, "switch_on_difference", 1): 384,
        (CS_PLUS, "switch_off_difference", 1): 400,
        (CS_PLUS, "store_maximum", 1): 443,
        (CS_PLUS, "collector_emergency", 1): 447,
        (C, "relay_mode", 1): 38,
        (C, "store_maximum", 1): 432,
        (C, "collector_emergency", 1): 448,
        (E, "relay_mode", 5): 501,
        (E, "relay_minimum_speed", 1): 560,
        (E, "relay_maximum_speed", 1): 8736,
        (E, "switch_on_difference", 1): 888,
        (E, "switch_off_difference", 1): 889,
        (E, "store_maximum", 1): 733,
        (E, "collector_emergency", 1): 596,
        (VITOSOLIC, "store_priority", 1): 0x1000,
        (VITOSOLIC, "store_priority", 2): 0x1001,
        (COSMO, "relay_mode", 5): 501,
    }
    assert {key: places[key] for key in told} == told
    assert (BS_4, "relay_maximum_speed", 1) not in places
    for source in (BX_PLUS, HC, SLT):
        assert all(one.index is None for one in known(source).settings)


def test_numbers() -> None:
    """Temperatures are stored in tenths, within limits and on their step."""
    difference = setting(known(SLT), "switch_on_difference")
    assert difference.stored(6.5) == 65
    assert difference.shown(65) == 6.5
    assert difference.shown(60) == difference.default == 6.0
    maximum = setting(known(SLT), "store_maximum")
    assert (maximum.stored(4), maximum.stored(95.0)) == (40, 950)
    speed = setting(known(CS_PLUS), "relay_minimum_speed")
    assert speed.stored(35) == 35
    for one, wrong in (
        (difference, 0.5),
        (difference, 6.3),
        (maximum, 95.1),
        (maximum, 96),
        (speed, 33),
        (speed, 5),
        (speed, float("nan")),
        (speed, float("inf")),
        (speed, True),
        (speed, "automatic"),
        (setting(known(SLT), "relay_mode"), 2.0),
    ):
        with pytest.raises(InputError):
            one.stored(wrong)


def test_settings_are_consistent() -> None:
    """Every setting can be told from the others and its limits fit its step."""
    families = [known(source) for source in WRITABLE]
    for family in (*families, mx(outputs=True), mx(outputs=False)):
        assert family.read_only is None
        places = [(one.key, one.number) for one in family.settings]
        assert len(places) == len(set(places))
        names = [one.name for one in family.settings]
        assert len(names) == len(set(names))
        for one in family.settings:
            assert (one.index is not None) or family.has_hashes
            if one.kind == "number":
                assert one.shown(one.stored(one.minimum)) == one.minimum
                assert one.shown(one.stored(one.maximum)) == one.maximum
                if one.default is not None:
                    assert one.shown(one.stored(one.default)) == one.default
            elif one.writable_options:
                assert one.automatic is not None
                assert one.automatic in one.writable_options


def test_cross_limits() -> None:
    """A new value stays on the right side of the values that it depends on."""
    family = known(BX_PLUS)
    on = setting(family, "switch_on_difference")
    off = setting(family, "switch_off_difference")
    target = setting(family, "target_difference")
    values = {on: 6.0, off: 4.0, target: 10.0}
    assert partners(family, on) == (off, target)
    assert violation(family, values, on, 4.5) is None
    found = violation(family, values, on, 4.0)
    assert found is not None
    assert (found.limit_setting, found.bound, found.limit) == (off, "minimum", 4.5)
    found = violation(family, values, on, 10.0)
    assert found is not None
    assert (found.limit_setting, found.bound, found.limit) == (target, "maximum", 9.5)
    found = violation(family, values, off, 6.0)
    assert found is not None
    assert (found.limit_setting, found.bound, found.limit) == (on, "maximum", 5.5)
    assert violation(family, {on: None}, off, 19.5) is None
    assert violation(family, {}, off, 19.5) is None
    second = setting(family, "switch_on_difference", 2)
    assert violation(family, values, second, 1.0) is None
    mode = setting(family, "relay_mode")
    assert violation(family, values, mode, "on") is None
    assert partners(family, mode) == ()


def test_store_and_speed_limits() -> None:
    """A store's target stays below its maximum, the lowest speed below the highest."""
    family = known(SLT)
    target = setting(family, "store_target")
    maximum = setting(family, "store_maximum")
    found = violation(family, {maximum: 60.0}, target, 61.0)
    assert found is not None
    assert (found.bound, found.limit) == ("maximum", 60.0)
    assert violation(family, {maximum: 60.0}, target, 60.0) is None
    lowest = setting(family, "relay_minimum_speed")
    highest = setting(family, "relay_maximum_speed")
    assert violation(family, {lowest: 40.0}, highest, 30.0) is not None
    assert partners(family, lowest) == (highest,)
    alone = setting(known(BX_PLUS), "relay_minimum_speed")
    assert partners(known(BX_PLUS), alone) == ()
    assert violation(known(BX_PLUS), {}, alone, 100.0) is None


@pytest.mark.parametrize(
    ("source", "reason"),
    [
        (BX_PLUS, None),
        (VITOSOLIC, None),
        (BX, "meaning_unconfirmed"),
        (0x2213, "unknown_controller"),
        (0x0000, "unknown_controller"),
        (0x7E21, "part_of_controller"),
        (0x7131, "part_of_controller"),
        (0x6651, "part_of_controller"),
    ],
)
def test_reasons(source: int, reason: str | None) -> None:
    """What cannot be written to tells why."""
    assert reason_read_only(source) == reason
    if reason is not None:
        assert family_of(source) is None


def test_requests() -> None:
    """A setting becomes the request for a visit."""
    family = known(CS_PLUS)
    request = family.request(setting(family, "relay_mode"), "on")
    assert (request.name, request.index, request.value) == ("Handbetrieb1", 552, 2)
    assert request.is_checked
    vitosolic = known(VITOSOLIC)
    request = vitosolic.request(setting(vitosolic, "store_priority", 2))
    assert (request.index, request.value, request.is_checked) == (0x1001, None, False)
    assert not vitosolic.has_changeset
    bx_plus = known(BX_PLUS)
    request = bx_plus.request(setting(bx_plus, "store_maximum"), 60)
    assert (request.index, request.value) == (None, 600)
    assert ("TemperatureSelector", 0) in request.requires
    with pytest.raises(InputError):
        bx_plus.request(setting(bx_plus, "relay_mode"), "maximum")


def test_document_tells_every_family() -> None:
    """The table for owners has what the tables of the code have."""
    document = Path(__file__).parents[3] / "docs" / "vbus-controllers.md"
    rows = {
        tuple(cell.strip() for cell in line.split("|")[1:-1])
        for line in document.read_text(encoding="utf-8").splitlines()
        if line.startswith(("| Delta", "| Vito", "| COSMO"))
    }
    assert len(rows) == len(WRITABLE) + 2
    families = [known(source) for source in WRITABLE]
    families += [mx(outputs=True), mx(outputs=False)]
    assert rows == {_row(family) for family in families}


def _row(family: Family) -> tuple[str, ...]:
    keys = {one.key for one in family.settings}
    mode = family.setting("relay_mode")
    if mode is None:
        modes = "no"
    elif mode.read_only:
        modes = "reading only"
    elif mode.writable_options == ("automatic",):
        modes = "back to automatic only"
    else:
        modes = ", ".join(mode.writable_options)
    ends = [one for one in ("minimum", "maximum") if f"relay_{one}_speed" in keys]
    if "store_maximum" in keys:
        store = "yes, with priority" if "store_priority" in keys else "yes"
    else:
        store = "priority only" if "store_priority" in keys else "no"
    if family.settings[0].index is None:
        found = "by name"
    else:
        found = "fixed place, name checked" if family.has_hashes else "fixed place"
    return (
        family.name,
        f"{family.address:04X}",
        modes,
        ", ".join(ends) or "no",
        store,
        "yes" if "collector_emergency" in keys else "no",
        found,
    )
