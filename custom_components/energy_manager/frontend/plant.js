// A drawing of the plant with its values of this moment.

import { numeric, shown } from "./format.js";

const SVG = "http://www.w3.org/2000/svg";

const draw = (tag, attributes = {}, ...children) => {
  const node = document.createElementNS(SVG, tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value !== undefined && value !== null) node.setAttribute(name, value);
  }
  node.append(...children);
  return node;
};

// Water from cold blue over green and amber to hot red.
const SCALE = [
  [10, [66, 133, 244]],
  [30, [38, 166, 154]],
  [50, [255, 167, 38]],
  [75, [229, 57, 53]],
];

const colour = (temperature) => {
  if (temperature === null) return "var(--disabled-color, #bdbdbd)";
  let [low, high] = [SCALE[0], SCALE[SCALE.length - 1]];
  for (let i = 0; i + 1 < SCALE.length; i += 1) {
    if (temperature >= SCALE[i][0] && temperature <= SCALE[i + 1][0]) {
      [low, high] = [SCALE[i], SCALE[i + 1]];
    }
  }
  if (temperature <= SCALE[0][0]) high = low;
  if (temperature >= SCALE[SCALE.length - 1][0]) low = high;
  const share = high[0] === low[0] ? 0 : (temperature - low[0]) / (high[0] - low[0]);
  const mix = low[1].map((part, i) => Math.round(part + share * (high[1][i] - part)));
  return `rgb(${mix.join(",")})`;
};

const WIDTH = 640;

/** Draws the plant into one SVG element and keeps it up to date. */
export class PlantDrawing {
  constructor(onMoreInfo) {
    this._onMoreInfo = onMoreInfo;
    this.node = draw("svg", { role: "img", preserveAspectRatio: "xMidYMid meet" });
    this._key = "";
  }

  /** Draw the states of the roles; `texts` are the words of the page. */
  update(hass, roles, texts) {
    const states = {};
    for (const [role, entityId] of Object.entries(roles)) {
      if (typeof entityId === "string") states[role] = hass.states[entityId];
    }
    const key = JSON.stringify(
      Object.values(states).map((state) => [state?.entity_id, state?.state]),
    ) + (hass.language ?? "");
    if (key === this._key) return;
    this._key = key;
    this._hass = hass;
    this._states = states;
    this._texts = texts;
    const electric = ["pv_power", "battery_soc", "battery_voltage", "inverter_power", "inverter_mode"]
      .some((role) => states[role]);
    const height = electric ? 440 : 290;
    this.node.setAttribute("viewBox", `0 0 ${WIDTH} ${height}`);
    this.node.setAttribute("aria-label", texts.plant);
    this.node.replaceChildren(
      ...this._heat(),
      ...(electric ? this._electricity() : []),
    );
  }

  _value(role, x, y, anchor = "middle", size = "value") {
    const state = this._states[role];
    const node = draw(
      "text",
      { x, y, "text-anchor": anchor, class: state ? `${size} link` : size },
      shown(this._hass, state),
    );
    if (state) {
      node.addEventListener("click", () => this._onMoreInfo(state.entity_id));
    }
    return node;
  }

  _label(text, x, y, anchor = "middle") {
    return draw("text", { x, y, "text-anchor": anchor, class: "label" }, text);
  }

  _pipe(path, flows, hot) {
    return draw("path", { d: path, class: `pipe ${hot ? "hot" : "cold"}${flows ? " flows" : ""}` });
  }

  _heat() {
    const texts = this._texts;
    const has = (role) => role in this._states;
    const pumping = (numeric(this._states.solar_pump) ?? 0) > 0 || this._states.solar_pump?.state === "on";
    const feedback = this._states.boiler_running;
    const burning = feedback ? (numeric(feedback) ?? 0) > 0 || feedback.state === "on" : false;
    const parts = [];
    if (has("collector") || has("solar_pump")) {
      parts.push(
        this._pipe("M146 96 H215 V70 H262", pumping, true),
        this._pipe("M262 240 H60 V162", pumping, false),
        draw("circle", { cx: 58, cy: 44, r: 17, class: "sun" }),
        draw("path", { d: "M30 160 L110 60 L170 60 L90 160 Z", class: "collector" }),
        draw("path", { d: "M50 160 L130 60 M70 160 L150 60", class: "collector-line" }),
        this._label(texts.collector, 168, 24),
        this._value("collector", 168, 50),
        draw("circle", { cx: 180, cy: 240, r: 15, class: pumping ? "device active" : "device" }),
        draw("path", { d: "M174 231 L189 240 L174 249 Z", class: "sign", transform: "rotate(180 180 240)" }),
        this._label(texts.pump, 180, 278),
        this._value("solar_pump", 180, 216),
      );
    }
    parts.push(...this._tank());
    if (has("boiler_release") || feedback) {
      parts.push(
        this._pipe("M470 108 H378", burning, true),
        this._pipe("M378 150 H470", burning, false),
        draw("rect", { x: 470, y: 84, width: 84, height: 108, rx: 10, class: burning ? "device burning" : "device" }),
        draw("path", { d: "M512 168 c-18 0 -22 -18 -8 -32 c0 8 6 8 6 2 c0 -8 2 -14 8 -20 c0 14 18 18 14 36 c-2 8 -10 14 -20 14 Z", class: burning ? "flame lit" : "flame" }),
        this._label(texts.boiler, 512, 74),
        this._value(feedback ? "boiler_running" : "boiler_release", 512, 214),
      );
    }
    return parts;
  }

  _tank() {
    const probes = ["tank_top", "tank_middle", "tank_bottom"];
    const values = probes.map((role) => numeric(this._states[role]));
    const known = values.filter((value) => value !== null);
    const fill = values.map((value, i) => {
      if (value !== null) return value;
      return known.length ? known[Math.min(i, known.length - 1)] : null;
    });
    const gradient = draw(
      "linearGradient",
      { id: "water", x1: 0, y1: 0, x2: 0, y2: 1 },
      ...fill.map((value, i) =>
        draw("stop", { offset: [0.1, 0.5, 0.9][i], "stop-color": colour(value) }),
      ),
    );
    return [
      draw("defs", {}, gradient),
      draw("rect", { x: 262, y: 40, width: 116, height: 226, rx: 26, class: "tank", fill: "url(#water)" }),
      this._label(this._texts.tank, 320, 28),
      ...probes
        .map((role, i) => (role in this._states ? this._value(role, 320, [82, 160, 238][i], "middle", "value on-water") : null))
        .filter((node) => node !== null),
    ];
  }

  _electricity() {
    const texts = this._texts;
    const has = (role) => role in this._states;
    const charging = (numeric(this._states.pv_power) ?? 0) > 1;
    const inverting = (numeric(this._states.inverter_power) ?? 0) > 1;
    const soc = numeric(this._states.battery_soc);
    const parts = [draw("path", { d: "M20 304 H620", class: "divider" })];
    if (has("pv_power")) {
      parts.push(
        this._pipe("M150 372 H262", charging, true),
        draw("path", { d: "M46 410 L74 334 L150 334 L122 410 Z", class: "panel" }),
        draw("path", { d: "M60 372 L136 372 M71 410 L99 334 M97 410 L125 334", class: "panel-line" }),
        this._label(texts.pv, 98, 326),
        this._value("pv_power", 98, 432),
      );
    }
    if (has("battery_soc") || has("battery_voltage")) {
      const level = soc === null ? 0 : Math.max(0, Math.min(100, soc));
      parts.push(
        draw("rect", { x: 296, y: 332, width: 48, height: 8, rx: 3, class: "terminal" }),
        draw("rect", { x: 262, y: 340, width: 116, height: 64, rx: 8, class: "device" }),
        draw("rect", { x: 266, y: 344, width: (108 * level) / 100, height: 56, rx: 5, class: "charge" }),
        this._label(texts.battery, 320, 324),
        this._value(has("battery_soc") ? "battery_soc" : "battery_voltage", 320, 378),
        ...(has("battery_soc") && has("battery_voltage") ? [this._value("battery_voltage", 320, 432)] : []),
      );
    }
    if (has("inverter_power") || has("inverter_mode")) {
      parts.push(
        this._pipe("M378 372 H470", inverting, true),
        draw("rect", { x: 470, y: 338, width: 84, height: 68, rx: 10, class: inverting ? "device active" : "device" }),
        draw("path", { d: "M488 372 q12 -24 24 0 t24 0", class: "wave" }),
        this._label(texts.inverter, 512, 326),
        this._value(has("inverter_power") ? "inverter_power" : "inverter_mode", 512, 432),
      );
    }
    return parts;
  }
}
