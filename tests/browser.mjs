// A real Chromium that does what it is told: one JSON object per line in, one per line out.
// `CHROMIUM` is its path. A visit opens a file and takes steps; it gives what each step gives,
// what the console said, and what was asked of any network.
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { createInterface } from "node:readline";
import { chromium } from "playwright-core";

const read = (name) => readFileSync(createRequire(import.meta.url).resolve(name), "utf8");
const AXE = read("axe-core/axe.min.js");
const MERMAID = read("@mermaid-js/tiny");

const STEPS = {
  evaluate: (page, expression) => page.evaluate(expression),
  fill: (page, selector, text) => page.locator(selector).fill(text),
  choose: (page, selector, value) => page.locator(selector).selectOption(value),
  click: (page, selector) => page.locator(selector).click(),
  press: (page, key) => page.keyboard.press(key),
  visible: async (page, selector) => {
    const found = [];
    for (const it of await page.locator(selector).all()) {
      if (await it.isVisible()) found.push((await it.innerText()).trim());
    }
    return found;
  },
  axe: async (page) => {
    await page.evaluate(AXE);
    const { violations } = await page.evaluate("axe.run()");
    return violations.map((it) => ({
      id: it.id,
      impact: it.impact,
      nodes: it.nodes.map((node) => `${node.target}: ${node.failureSummary}`),
    }));
  },
  // The labels of what is drawn, with the settings of GitHub, or why nothing is.
  mermaid: async (page, text) => {
    if (!(await page.evaluate("window.mermaid"))) await page.addScriptTag({ content: MERMAID });
    return page.evaluate(async (text) => {
      const limits = { maxTextSize: 50_000, maxEdges: 500 };
      mermaid.initialize({ startOnLoad: false, securityLevel: "strict", ...limits });
      try {
        const { svg } = await mermaid.render("picture", text);
        document.body.innerHTML = svg;
      } catch (error) {
        return [`error: ${error.message}`];
      }
      return [...document.querySelectorAll(".nodeLabel, .edgeLabel .edgeLabel, .error-text")]
        .map((it) => it.innerText ?? it.textContent);
    }, text);
  },
};

async function visit(browser, { url, scheme, width, script, steps }) {
  const context = await browser.newContext({
    colorScheme: scheme,
    javaScriptEnabled: script,
    viewport: { width, height: 900 },
  });
  const page = await context.newPage();
  page.setDefaultTimeout(20_000);
  const console = [];
  const requests = [];
  const dialogs = [];
  page.on("console", (it) => console.push(`${it.type()}: ${it.text()}`));
  page.on("pageerror", (it) => console.push(`pageerror: ${it.message}`));
  page.on("request", (it) => requests.push(it.url()));
  page.on("dialog", (it) => {
    dialogs.push(it.message());
    it.dismiss();
  });
  const results = [];
  try {
    await page.goto(url);
    for (const [name, ...rest] of steps) results.push((await STEPS[name](page, ...rest)) ?? null);
  } finally {
    await context.close();
  }
  return { results, console, requests, dialogs };
}

const browser = await chromium.launch({ executablePath: process.env.CHROMIUM });
for await (const line of createInterface({ input: process.stdin })) {
  const answer = await visit(browser, JSON.parse(line)).catch((it) => ({ error: it.message }));
  process.stdout.write(`${JSON.stringify(answer)}\n`);
}
await browser.close();
