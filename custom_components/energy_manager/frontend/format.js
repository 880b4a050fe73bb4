// Numbers and times as Home Assistant's user reads them.

const timeZone = (hass) =>
  hass.locale?.time_zone === "local" ? undefined : hass.config?.time_zone;

const hour12 = (hass) => {
  const format = hass.locale?.time_format;
  return format === "12" ? true : format === "24" ? false : undefined;
};

export const clock = (hass, time) =>
  new Intl.DateTimeFormat(hass.locale?.language ?? hass.language, {
    hour: "2-digit",
    minute: "2-digit",
    hour12: hour12(hass),
    timeZone: timeZone(hass),
  }).format(new Date(time));

export const dayAndClock = (hass, time) =>
  new Intl.DateTimeFormat(hass.locale?.language ?? hass.language, {
    weekday: "short",
    hour: "2-digit",
    minute: "2-digit",
    hour12: hour12(hass),
    timeZone: timeZone(hass),
  }).format(new Date(time));

export const number = (hass, value, digits = 1) =>
  value === null || value === undefined
    ? "–"
    : new Intl.NumberFormat(hass.locale?.language ?? hass.language, {
        maximumFractionDigits: digits,
        minimumFractionDigits: digits,
      }).format(value);

/** The number in an entity's state, or null where it has none. */
export const numeric = (state) => {
  if (!state || state.state === "" || Number.isNaN(Number(state.state))) return null;
  return Number(state.state);
};

/** An entity's state in words, with its unit. */
export const shown = (hass, state) => {
  if (!state) return "–";
  return hass.formatEntityState ? hass.formatEntityState(state) : state.state;
};

/** Create an element with attributes, listeners (onclick) and children. */
export const element = (tag, attributes = {}, ...children) => {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (name.startsWith("on")) node.addEventListener(name.slice(2), value);
    else if (value !== undefined && value !== null) node.setAttribute(name, value);
  }
  node.append(...children.filter((child) => child !== null && child !== undefined));
  return node;
};
