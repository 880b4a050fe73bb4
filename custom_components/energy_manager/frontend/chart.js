// The plan as charts of Home Assistant's own chart element.

import { clock, dayAndClock, number, element } from "./format.js";

const HOUR_MS = 3_600_000;

/** Read a theme's colour, with a fallback for themes that lack it. */
const themed = (host, name, fallback) =>
  getComputedStyle(host).getPropertyValue(name).trim() || fallback;

/** Points of a quantity that holds during each step: drawn as steps. */
const steps = (times, values, scale = 1) => {
  const points = values.map((value, i) => [times[i], value === null ? null : value * scale]);
  if (points.length) points.push([times[points.length], points[points.length - 1][1]]);
  return points;
};

/** Points of a quantity at the boundaries between steps. */
const boundaries = (times, values, scale = 1) =>
  values.map((value, i) => [times[i], value === null ? null : value * scale]);

const any = (values) => values.some((value) => value !== 0);

/** Times of the plan's boundaries in milliseconds. */
export const boundaryTimes = (plan) => {
  const start = Date.parse(plan.grid.start);
  return Array.from({ length: plan.grid.steps + 1 }, (_, i) => start + i * plan.grid.step_s * 1000);
};

/** The charts of a plan: name, unit and series; what the plant lacks is left out. */
export const chartsOf = (plan, texts, host) => {
  const times = boundaryTimes(plan);
  const perHour = 3600 / plan.grid.step_s;
  const line = (id, name, data, color, more = {}) => ({
    type: "line", id, name, data, color, showSymbol: false, lineStyle: { width: 2 }, ...more,
  });
  const area = (id, name, values, color) =>
    line(id, name, steps(times, values, perHour), color, {
      step: "end", lineStyle: { width: 1 }, areaStyle: { opacity: 0.5 },
    });
  const colours = {
    sun: themed(host, "--energy-solar-color", "#ff9800"),
    boiler: themed(host, "--red-color", "#e53935"),
    demand: themed(host, "--blue-color", "#1e88e5"),
    lower: themed(host, "--cyan-color", "#00acc1"),
    load: themed(host, "--energy-grid-consumption-color", "#488fc2"),
    soc: themed(host, "--energy-battery-out-color", "#4db6ac"),
  };
  const { heat, electricity } = plan;
  const demand = heat.hot_water_kwh.map((value, i) => value + heat.heating_kwh[i]);
  const charts = [
    {
      id: "heat", name: texts.heat, unit: "kW", digits: 1,
      series: [
        ...(any(heat.solar_heat_kwh) ? [area("sun", texts.sun, heat.solar_heat_kwh, colours.sun)] : []),
        ...(any(heat.boiler_heat_kwh) ? [area("boiler", texts.boiler, heat.boiler_heat_kwh, colours.boiler)] : []),
        ...(any(demand) ? [line("demand", texts.demand, steps(times, demand, perHour), colours.demand, { step: "end", lineStyle: { width: 1.5, type: "dashed" } })] : []),
      ],
    },
    {
      id: "temperature", name: texts.temperature, unit: "°C", digits: 0,
      series: [
        ...(any(heat.tank_upper_c) ? [line("upper", texts.upper, boundaries(times, heat.tank_upper_c), colours.boiler)] : []),
        ...(any(heat.tank_lower_c) ? [line("lower", texts.lower, boundaries(times, heat.tank_lower_c), colours.lower)] : []),
      ],
    },
    {
      id: "electricity", name: texts.electricity, unit: "W", digits: 0, second: "%",
      series: [
        ...(any(electricity.pv_power_w) ? [line("pv", texts.pv, steps(times, electricity.pv_power_w), colours.sun, { step: "end", areaStyle: { opacity: 0.4 } })] : []),
        ...(any(electricity.load_power_w) ? [line("load", texts.load, steps(times, electricity.load_power_w), colours.load, { step: "end" })] : []),
        ...(any(electricity.battery_soc) ? [line("soc", texts.soc, boundaries(times, electricity.battery_soc, 100), colours.soc, { yAxisIndex: 1 })] : []),
      ],
    },
  ];
  return charts.filter((chart) => chart.series.length);
};

const options = (hass, chart, plan, narrow) => {
  const times = boundaryTimes(plan);
  const axis = (name, position, extra = {}) => ({
    type: "value", name, position, nameGap: 10, nameTextStyle: { align: position === "left" ? "left" : "right" }, ...extra,
  });
  return {
    xAxis: { type: "time", min: times[0], max: times[times.length - 1], minInterval: (narrow ? 12 : 6) * HOUR_MS },
    yAxis: [
      axis(chart.unit, "left", chart.unit === "°C" ? { scale: true } : { min: 0 }),
      ...(chart.second ? [axis(chart.second, "right", { min: 0, max: 100, splitLine: { show: false } })] : []),
    ],
    grid: { top: 30, left: 4, right: 4, bottom: 4, containLabel: true },
    legend: { show: true, type: "custom" },
    tooltip: {
      trigger: "axis",
      formatter: (points) => tooltip(hass, chart, points),
    },
  };
};

const tooltip = (hass, chart, points) => {
  const box = element("div", {}, element("b", {}, dayAndClock(hass, points[0].value[0])));
  for (const point of points) {
    const second = chart.second && point.seriesId === "soc";
    const dot = element("span", { style: `color:${point.color};padding-right:4px` }, "●");
    const text = `${point.seriesName}: ${number(hass, point.value[1], second ? 0 : chart.digits)} ${second ? chart.second : chart.unit}`;
    box.append(element("div", {}, dot, text));
  }
  return box;
};

/** A table of the same figures, every three hours: read aloud, and where no chart is. */
const table = (hass, charts, plan, texts) => {
  const times = boundaryTimes(plan);
  const stride = Math.max(1, Math.round((3 * 3600) / plan.grid.step_s));
  const columns = charts.flatMap((chart) => chart.series.map((series) => ({ chart, series })));
  const head = element("tr", {}, element("th", { scope: "col" }, texts.time));
  for (const { chart, series } of columns) {
    const unit = series.yAxisIndex === 1 ? chart.second : chart.unit;
    head.append(element("th", { scope: "col" }, `${series.name} (${unit})`));
  }
  const body = element("tbody");
  for (let i = 0; i < plan.grid.steps; i += stride) {
    const row = element("tr", {}, element("th", { scope: "row" }, clock(hass, times[i])));
    for (const { chart, series } of columns) {
      row.append(element("td", {}, number(hass, series.data[i]?.[1], chart.digits)));
    }
    body.append(row);
  }
  return element("div", { class: "table" }, element("table", {}, element("thead", {}, head), body));
};

/** Draws the charts of a plan into a container and keeps them up to date. */
export class PlanCharts {
  constructor(host) {
    this._host = host;
    this._charts = new Map();
    this.node = element("div", { class: "charts" });
  }

  update(hass, plan, texts, narrow) {
    const charts = chartsOf(plan, texts, this._host);
    if (!customElements.get("ha-chart-base")) {
      this.node.replaceChildren(
        element("p", { class: "hint" }, texts.noChart),
        table(hass, charts, plan, texts),
      );
      return;
    }
    const wanted = charts.map((chart) => {
      let known = this._charts.get(chart.id);
      if (!known) {
        const base = document.createElement("ha-chart-base");
        const title = element("h3");
        known = { base, title, box: element("section", { class: "chart" }, title, base) };
        this._charts.set(chart.id, known);
      }
      known.title.textContent = chart.name;
      known.base.hass = hass;
      known.base.height = narrow ? "190px" : "210px";
      known.base.options = options(hass, chart, plan, narrow);
      known.base.data = chart.series;
      return known.box;
    });
    if (wanted.some((box, i) => this.node.children[i] !== box) || wanted.length !== this.node.children.length) {
      this.node.replaceChildren(...wanted);
    }
  }
}
