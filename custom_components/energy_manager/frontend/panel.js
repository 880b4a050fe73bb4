// The page of Energy Manager: what the plant does, what is planned and why.

import { PlanCharts } from "./chart.js";
import { clock, dayAndClock, element, number, numeric, shown } from "./format.js";
import { PlantDrawing } from "./plant.js";
import { STYLE } from "./style.js";
import { textsFor } from "./texts.js";

const MODES = ["off", "advise", "automatic"];
const ICONS = { hold: "mdi:weather-sunny", run: "mdi:fire", allow: "mdi:fire-circle" };
const RETRY_MS = 10_000;

class EnergyManagerPanel extends HTMLElement {
  constructor() {
    super();
    this.attachShadow({ mode: "open" });
    this._drawing = new PlantDrawing((entityId) => this._moreInfo(entityId));
    this._charts = new PlanCharts(this);
    this._data = undefined;
    this._failed = false;
    this._onReady = () => this._subscribe();
  }

  set hass(hass) {
    const first = this._hass === undefined;
    const language = this._hass?.language;
    this._hass = hass;
    if (first) this._build();
    if (this.isConnected && (first || (language && language !== hass.language))) this._subscribe();
    this._menu.hass = hass;
    this._update();
  }

  set narrow(narrow) {
    this._narrow = narrow;
    this.toggleAttribute("narrow", Boolean(narrow));
    if (this._menu) this._menu.narrow = narrow;
    if (this._hass) this._drawPlan();
  }

  connectedCallback() {
    if (this._hass) this._subscribe();
  }

  disconnectedCallback() {
    this._unsubscribe();
    this._connection?.removeEventListener("ready", this._onReady);
    this._connection = undefined;
  }

  async _subscribe() {
    this._unsubscribe();
    const attempt = {};
    this._attempt = attempt;
    const { connection } = this._hass;
    if (this._connection !== connection) {
      this._connection?.removeEventListener("ready", this._onReady);
      this._connection = connection;
      connection.addEventListener("ready", this._onReady);
    }
    try {
      // After a restart of Home Assistant the home may come later than the
      // connection: subscribing anew is done here, where it can be tried again.
      const stop = await connection.subscribeMessage(
        (data) => this._receive(data),
        { type: "energy_manager/subscribe_plan", language: this._hass.language },
        { resubscribe: false },
      );
      if (this._attempt === attempt) this._stop = stop;
      else stop();
      this._failed = false;
    } catch (error) {
      if (this._attempt !== attempt) return;
      // No home yet, or the integration is being reloaded: try again quietly.
      this._failed = error?.code !== "not_found";
      if (!this._failed) this._data = null;
      this._retry = setTimeout(() => this._subscribe(), RETRY_MS);
    }
    this._update();
  }

  _unsubscribe() {
    clearTimeout(this._retry);
    this._attempt = undefined;
    // The connection may be gone already, and with it the subscription.
    Promise.resolve(this._stop?.()).catch(() => undefined);
    this._stop = undefined;
  }

  _receive(data) {
    this._data = data;
    this._failed = false;
    this._drawPlan();
    this._update();
  }

  get _texts() {
    return textsFor(this._hass.language);
  }

  _moreInfo(entityId) {
    this.dispatchEvent(
      new CustomEvent("hass-more-info", { detail: { entityId }, bubbles: true, composed: true }),
    );
  }

  _build() {
    this._menu = document.createElement("ha-menu-button");
    this._menu.narrow = this._narrow;
    this._title = element("h1");
    this._warning = element("div", { class: "warning", role: "alert", hidden: "" });
    this._decision = element("section", { class: "card decision" });
    this._plantTitle = element("h2");
    this._planTitle = element("h2");
    this._runs = element("section", { class: "card runs" });
    this._plan = element("section", { class: "card plan" }, this._planTitle, this._charts.node);
    this._cards = [
      this._decision,
      element(
        "div", { class: "column" },
        element("section", { class: "card plant" }, this._plantTitle, this._drawing.node),
        this._runs,
      ),
      this._plan,
    ];
    this._main = element("main");
    this.shadowRoot.append(
      element("style", {}, STYLE),
      element("header", {}, this._menu, this._title),
      this._warning,
      this._main,
    );
  }

  _update() {
    if (!this._hass || !this._title) return;
    const texts = this._texts;
    this._title.textContent = texts.title;
    this._warning.hidden = !this._failed;
    this._warning.textContent = texts.problem;
    if (!this._data) {
      const notice = this._data === null ? texts.noHome : texts.waiting;
      if (this._notice !== notice) {
        this._notice = notice;
        this._main.replaceChildren(element("p", { class: "notice" }, notice));
      }
      return;
    }
    if (this._main.firstChild !== this._decision) {
      this._notice = undefined;
      this._main.replaceChildren(...this._cards);
    }
    this._plantTitle.textContent = texts.plant;
    this._drawing.update(this._hass, this._data.roles ?? {}, texts);
    this._drawDecision();
  }

  _state(key) {
    const entityId = this._data.entities?.[key];
    return entityId ? this._hass.states[entityId] : undefined;
  }

  _drawDecision() {
    const texts = this._texts;
    const { plan } = this._data;
    const keys = ["mode", "people_expected", "boiler_release", "next_boiler_start",
      "usable_heat", "planned_solar_heat", "planned_boiler_heat"];
    const key = JSON.stringify([
      keys.map((name) => this._state(name)?.state), this._data.reason_text, this._data.mode, plan?.created,
      this._hass.language,
    ]);
    if (key === this._decisionKey) return;
    this._decisionKey = key;
    const focused = this.shadowRoot.activeElement?.dataset?.key;
    const action = plan?.decision?.action;
    const off = this._data.mode === "off";
    this._decision.replaceChildren(
      element(
        "div", { class: "verdict" },
        element("ha-icon", { icon: ICONS[action] ?? (off ? "mdi:power-off" : "mdi:timer-sand") }),
        element(
          "div", {},
          element("strong", {}, texts[action] ?? (off ? texts.idle : texts.waiting)),
          element("p", {}, this._data.reason_text ?? (off ? texts.mode_off_hint : "")),
          plan ? element("p", { class: "hint" }, `${texts.madeAt} ${clock(this._hass, plan.created)}`) : null,
        ),
      ),
      this._controls(texts),
      this._figures(texts),
    );
    if (focused) this._decision.querySelector(`[data-key="${focused}"]`)?.focus();
  }

  _controls(texts) {
    const mode = this._state("mode");
    const people = this._state("people_expected");
    const box = element("div", { class: "controls" });
    if (mode) {
      const choice = element("div", { class: "choice", role: "group", "aria-label": texts.mode });
      for (const option of MODES) {
        choice.append(element("button", {
          "aria-pressed": String(mode.state === option), "data-key": `mode-${option}`, type: "button",
          onclick: () => this._call("select", "select_option", { entity_id: mode.entity_id, option }),
        }, texts[`mode_${option}`]));
      }
      box.append(element("div", { class: "control" }, element("span", {}, texts.mode), choice,
        element("p", { class: "hint" }, texts[`mode_${mode.state}_hint`] ?? "")));
    }
    if (people) {
      const value = numeric(people);
      const change = (by, label, sign) => element("button", {
        "aria-label": label, "data-key": `people${by}`, type: "button",
        disabled: value === null ? "" : undefined,
        onclick: () => this._call("number", "set_value", {
          entity_id: people.entity_id,
          value: Math.min(people.attributes.max ?? 50, Math.max(people.attributes.min ?? 0, Math.round(value + by))),
        }),
      }, sign);
      box.append(element("div", { class: "control" }, element("span", {}, texts.people),
        element("div", { class: "stepper" }, change(-1, texts.fewer, "−"),
          element("output", {}, number(this._hass, value, (value ?? 0) % 1 ? 1 : 0)), change(1, texts.more, "+"))));
    }
    return box;
  }

  _figures(texts) {
    const figure = (key, label, words) => {
      const state = this._state(key);
      if (!state) return null;
      return element("div", { onclick: () => this._moreInfo(state.entity_id) },
        element("span", {}, label), element("b", {}, words(state)));
    };
    const plain = (state) => shown(this._hass, state);
    return element(
      "div", { class: "figures" },
      figure("boiler_release", texts.release, (state) => texts[state.state] ?? plain(state)),
      figure("next_boiler_start", texts.nextStart, (state) =>
        Number.isNaN(Date.parse(state.state)) ? texts.none : dayAndClock(this._hass, state.state)),
      figure("usable_heat", texts.usable, plain),
      figure("planned_solar_heat", texts.solar24, plain),
      figure("planned_boiler_heat", texts.boiler24, plain),
    );
  }

  _call(domain, service, data) {
    // Home Assistant shows a failed call to the user itself.
    this._hass.callService(domain, service, data).catch(() => this._update());
  }

  _drawPlan() {
    if (!this._data) return;
    const { plan } = this._data;
    const texts = this._texts;
    for (const card of [this._plan, this._runs]) card.hidden = !plan;
    if (!plan) return;
    this._planTitle.textContent = texts.plan;
    this._charts.update(this._hass, plan, texts, this._narrow);
    const runs = plan.runs.map((run, i) => element(
      "li", {},
      element("b", {}, `${dayAndClock(this._hass, run.start)} – ${clock(this._hass, run.end)} · ${number(this._hass, run.heat_kwh)} kWh`),
      element("span", {}, this._data.run_texts?.[i] ?? ""),
    ));
    this._runs.replaceChildren(
      element("h2", {}, texts.runs),
      runs.length ? element("ol", {}, ...runs) : element("p", { class: "hint" }, texts.noRuns),
    );
  }
}

if (!customElements.get("energy-manager-panel")) {
  customElements.define("energy-manager-panel", EnergyManagerPanel);
}
