// Looks of the page; colours come from Home Assistant's theme.

export const STYLE = `
:host {
  display: block; min-height: 100vh; color: var(--primary-text-color);
  background: var(--primary-background-color);
  font-family: var(--ha-font-family-body, Roboto, sans-serif);
}
header {
  position: sticky; top: 0; z-index: 2; display: flex; align-items: center; gap: 8px;
  height: var(--header-height, 56px); padding: 0 12px;
  background: var(--app-header-background-color, var(--primary-color));
  color: var(--app-header-text-color, #fff);
  border-bottom: var(--app-header-border-bottom, none);
}
header h1 { flex: 1; margin: 0; font-size: 20px; font-weight: 400; white-space: nowrap; overflow: hidden; text-overflow: ellipsis; }
main {
  display: grid; gap: 16px; padding: 16px; max-width: 1500px; margin: 0 auto; box-sizing: border-box;
  grid-template-columns: minmax(0, 5fr) minmax(0, 7fr);
  align-items: start;
}
.column { display: grid; gap: inherit; }
:host([narrow]) main { padding: 8px; gap: 8px; }
@media (max-width: 1000px) {
  main { grid-template-columns: minmax(0, 1fr); }
  /* Plant, plan, runs: the order in which a person asks on a phone. */
  .column { display: contents; }
  .decision { order: 0; } .plant { order: 1; } .plan { order: 2; } .runs { order: 3; }
}
.card {
  background: var(--ha-card-background, var(--card-background-color, #fff));
  border: var(--ha-card-border-width, 1px) solid var(--ha-card-border-color, var(--divider-color, #e0e0e0));
  border-radius: var(--ha-card-border-radius, 12px); box-shadow: var(--ha-card-box-shadow, none);
  padding: 16px; box-sizing: border-box;
}
.card[hidden] { display: none; }
.card h2 { margin: 0 0 8px; font-size: 18px; font-weight: 500; }
.decision { grid-column: 1 / -1; display: grid; grid-template-columns: minmax(0, 1fr) auto; gap: 16px 32px; }
:host([narrow]) .decision { grid-template-columns: minmax(0, 1fr); }
.verdict { display: flex; gap: 14px; align-items: flex-start; }
.verdict ha-icon { --mdc-icon-size: 40px; color: var(--state-icon-color, var(--primary-color)); flex: none; }
.verdict strong { display: block; font-size: 22px; font-weight: 500; line-height: 1.25; }
.verdict p { margin: 6px 0 0; font-size: 15px; line-height: 1.45; max-width: 70ch; }
.hint { color: var(--secondary-text-color); font-size: 13px; margin: 6px 0 0; }
.controls { display: grid; gap: 12px; align-content: start; min-width: 260px; }
.control > span { display: block; font-size: 13px; color: var(--secondary-text-color); margin-bottom: 4px; }
.choice { display: flex; border: 1px solid var(--divider-color); border-radius: 10px; overflow: hidden; }
.choice button { flex: 1; border: 0; border-right: 1px solid var(--divider-color); }
.choice button:last-child { border-right: 0; }
button {
  font: inherit; font-size: 14px; min-height: 40px; padding: 6px 12px; cursor: pointer;
  color: var(--primary-text-color); background: transparent;
}
button:hover { background: var(--secondary-background-color); }
button:focus-visible { outline: 2px solid var(--primary-color); outline-offset: -2px; }
button[aria-pressed="true"] { background: var(--primary-color); color: var(--text-primary-color, #fff); }
.stepper { display: flex; align-items: center; gap: 8px; }
.stepper button { width: 40px; padding: 0; border: 1px solid var(--divider-color); border-radius: 10px; font-size: 20px; }
.stepper output { min-width: 36px; text-align: center; font-size: 20px; }
.figures { grid-column: 1 / -1; display: flex; flex-wrap: wrap; gap: 8px 32px; }
.figures div { cursor: pointer; }
.figures span { display: block; font-size: 13px; color: var(--secondary-text-color); }
.figures b { font-size: 18px; font-weight: 500; }
svg { width: 100%; height: auto; display: block; max-height: 460px; }
svg text { fill: var(--primary-text-color); font-family: inherit; }
svg .label { font-size: 15px; fill: var(--secondary-text-color); }
svg .value { font-size: 18px; font-weight: 500; }
svg .on-water { fill: #fff; paint-order: stroke; stroke: rgba(0, 0, 0, 0.45); stroke-width: 3px; font-size: 20px; }
svg .link { cursor: pointer; }
:host([narrow]) svg .label { font-size: 20px; }
:host([narrow]) svg .value { font-size: 23px; }
svg .sun { fill: var(--energy-solar-color, #ff9800); }
svg .collector { fill: #34507c; stroke: #1f3354; stroke-width: 2; }
svg .collector-line { stroke: #6d8fc7; stroke-width: 2; fill: none; }
svg .panel { fill: #263238; stroke: #111; stroke-width: 2; }
svg .panel-line { stroke: #78909c; stroke-width: 1.5; fill: none; }
svg .pipe { fill: none; stroke-width: 5; stroke-linejoin: round; opacity: 0.45; }
svg .hot { stroke: #e57373; } svg .cold { stroke: #64b5f6; }
svg .flows { opacity: 1; stroke-dasharray: 10 8; animation: flow 1.1s linear infinite; }
@keyframes flow { to { stroke-dashoffset: -18; } }
@media (prefers-reduced-motion: reduce) { svg .flows { animation: none; } }
svg .tank { stroke: var(--secondary-text-color); stroke-width: 3; }
svg .device { fill: var(--secondary-background-color); stroke: var(--secondary-text-color); stroke-width: 2; }
svg .active { stroke: var(--primary-color); stroke-width: 3; }
svg .burning { stroke: #e53935; stroke-width: 3; }
svg .sign { fill: var(--secondary-text-color); }
svg .flame { fill: var(--disabled-color, #bdbdbd); } svg .lit { fill: #ff7043; }
svg .charge { fill: var(--energy-battery-out-color, #4db6ac); opacity: 0.8; }
svg .terminal { fill: var(--secondary-text-color); }
svg .wave { fill: none; stroke: var(--primary-color); stroke-width: 4; }
svg .divider { stroke: var(--divider-color); }
.charts h3 { margin: 8px 0 0; font-size: 14px; font-weight: 500; color: var(--secondary-text-color); }
.table { overflow-x: auto; }
table { border-collapse: collapse; font-size: 13px; }
th, td { padding: 4px 8px; text-align: right; white-space: nowrap; border-bottom: 1px solid var(--divider-color); }
.runs ol { list-style: none; margin: 0; padding: 0; display: grid; gap: 12px; }
.runs li { display: grid; gap: 2px; padding-left: 12px; border-left: 3px solid #e57373; }
.runs b { font-weight: 500; }
.notice { padding: 32px 16px; text-align: center; color: var(--secondary-text-color); grid-column: 1 / -1; }
.warning { background: var(--warning-color, #ffa600); color: #000; padding: 8px 16px; }
`;
