// Opens pages of a running Home Assistant in headless Chromium.
//
// Reads one job as JSON from standard input and writes its result as JSON:
//   {executable, address?, tokens?, time_zone?, pages: [{path | html, width, height, dark?, scale?, transparent?, wait_for?, file}]}
//   {pages: [{errors: [text], outside: [url], text, widest}]}
// `errors` are console errors and uncaught exceptions, `outside` what was asked of any other machine (and refused),
// `text` what a person reads in the element of `wait_for`, `widest` how many pixels it takes.

import { chromium } from "playwright-core";

const SETTLE_MS = 1500;
const WAIT_MS = 180_000;

async function readJob() {
  let text = "";
  for await (const chunk of process.stdin) text += chunk;
  return JSON.parse(text);
}

async function logIn(context, job) {
  await context.addInitScript(
    ([address, tokens]) => {
      localStorage.hassTokens = JSON.stringify({
        ...tokens,
        hassUrl: address,
        clientId: `${address}/`,
        expires: Date.now() + tokens.expires_in * 1000,
      });
    },
    [job.address, job.tokens],
  );
}

async function describe(message) {
  const parts = await Promise.all(
    message.args().map((part) => part.evaluate((value) => value?.stack ?? JSON.stringify(value)).catch(String)),
  );
  return [message.text(), ...parts].join(" | ");
}

async function show(browser, job, page) {
  const result = { errors: [], outside: [], text: "", widest: 0 };
  const context = await browser.newContext({
    viewport: { width: page.width, height: page.height },
    deviceScaleFactor: page.scale ?? 1,
    colorScheme: page.dark ? "dark" : "light",
    locale: "en-GB",
    timezoneId: job.time_zone ?? "UTC",
  });
  if (job.tokens) await logIn(context, job);
  await context.route(
    (url) => url.protocol.startsWith("http") && url.hostname !== "127.0.0.1",
    (route) => {
      result.outside.push(route.request().url());
      return route.abort();
    },
  );
  const tab = await context.newPage();
  const logged = [];
  tab.on("console", (message) => {
    if (message.type() === "error") logged.push(describe(message));
  });
  tab.on("pageerror", (error) => result.errors.push(String(error)));
  if (page.html) await tab.setContent(page.html);
  else await tab.goto(`${job.address}${page.path}`, { timeout: WAIT_MS });
  if (page.wait_for) {
    const element = tab.locator(page.wait_for).first();
    try {
      await element.waitFor({ state: "visible", timeout: WAIT_MS });
      // A slow machine draws in pieces: what stays as it is for a while is complete.
      const end = Date.now() + WAIT_MS;
      let before;
      do {
        before = result.text;
        await tab.waitForTimeout(SETTLE_MS);
        result.text = await element.innerText();
      } while ((result.text === "" || result.text !== before) && Date.now() < end);
      result.widest = await element.evaluate((shown) => Math.max(shown.scrollWidth, document.body.scrollWidth));
    } catch (error) {
      // The picture and the console tell more than the time-out.
      result.errors.push(String(error));
    }
  }
  result.errors.push(...(await Promise.all(logged)));
  await tab.screenshot({ path: page.file, omitBackground: Boolean(page.transparent) });
  await context.close();
  return result;
}

const job = await readJob();
const browser = await chromium.launch({
  executablePath: job.executable,
  args: [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
  ],
});
try {
  const pages = [];
  for (const page of job.pages) pages.push(await show(browser, job, page));
  process.stdout.write(JSON.stringify({ pages }));
} finally {
  await browser.close();
}
