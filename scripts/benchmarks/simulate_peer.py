"""The other end of `simulate --peer`: NREL's solar water heating model, in its own Python.

Started by the benchmark: reads the case as one line of JSON, then runs a year for every
further line and answers with the processor time [s] and the auxiliary heat [kWh].
"""

import json
import sys
import time
from typing import Any

from PySAM import Swh  # type: ignore[import-not-found]


def model_of(case: dict[str, Any]) -> Any:
    """Return the model of a case of 8760 hours."""
    model = Swh.default("SolarWaterHeatingNone")
    hours = range(8760)
    model.SolarResource.solar_resource_data = {
        "lat": case["latitude"],
        "lon": case["longitude"],
        "tz": 0,
        "elev": case["elevation_m"],
        "year": [2019] * 8760,
        "month": case["month"],
        "day": case["day"],
        "hour": [hour % 24 for hour in hours],
        "minute": [0] * 8760,
        "gh": case["ghi"],
        "dn": case["dni"],
        "df": case["dhi"],
        "tdry": case["ambient_c"],
        "wspd": case["wind_m_per_s"],
    }
    values = {
        "FRta": 0.75,
        "FRUL": 4.0,
        "iam": 0.15,
        "ncoll": 8,
        "area_coll": case["area_m2"] / 8.0,
        "mdot": case["area_m2"] * 40.0 / 3600.0,
        "test_flow": case["area_m2"] * 40.0 / 3600.0 / 8.0,
        "fluid": 0,
        "test_fluid": 0,
        "hx_eff": 0.75,
        "V_tank": 1.0,
        "U_tank": 0.6,
        "tank_h2d_ratio": 2.0,
        "T_tank_max": 95.0,
        "T_set": 55.0,
        "T_room": 20.0,
        "pipe_length": 20.0,
        "tilt": 45.0,
        "azimuth": 180.0,
        "sky_model": 2,
        "use_custom_mains": 1,
        "custom_mains": [10.0] * 8760,
        "scaled_draw": case["draw_kg"],
    }
    for name, value in values.items():
        setattr(model.SWH, name, value)
    return model


def main() -> None:
    """Answer until the input ends."""
    model = model_of(json.loads(sys.stdin.readline()))
    for _ in sys.stdin:
        begun = time.process_time()
        model.execute()
        busy_s = time.process_time() - begun
        auxiliary_kwh = sum(model.Outputs.Q_aux)
        print(json.dumps([busy_s, auxiliary_kwh]), flush=True)


if __name__ == "__main__":
    main()
