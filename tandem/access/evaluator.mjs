// Evaluates IAM requests with @cloud-copilot/iam-simulate: a line of JSON in, a line of JSON out.
//
// {"simulate": {account, documents, contexts, roles: [{arn, policies, boundary, requests}]}} gives
// {"roles": [[answer, ...], ...]}, one answer for each request (see simulator/role.mjs).
// {"expand": ["ecr:*", ...]} gives {"expand": [[[action, types], ...], ...]} (see simulator/reference.mjs).
// What is wrong with the installation or with a whole line gives {"error": "..."}.
//
// Standard output is the answer's: nothing else may write to it.
import { createInterface } from "node:readline";
import { setFlagsFromString } from "node:v8";

// To optimise code takes a second thread, for which there is no core: other work is waiting for it. What
// runs for two seconds is done sooner, and in a quarter less of a core's time, if less is optimised.
setFlagsFromString("--interrupt-budget=1000000");

const say = (answer) => process.stdout.write(JSON.stringify(answer) + "\n");

async function load() {
  try {
    const { Reference } = await import("./simulator/reference.mjs");
    const { simulate } = await import("./simulator/role.mjs");
    return { Reference, simulate };
  } catch (error) {
    const missing = ["MODULE_NOT_FOUND", "ERR_MODULE_NOT_FOUND"].includes(error.code);
    say({ error: missing ? "missing" : String(error.message).split("\n")[0] });
    return process.exit(1);
  }
}

const { Reference, simulate } = await load();
const reference = new Reference();
say({ ready: true });
for await (const line of createInterface({ input: process.stdin })) {
  try {
    const asked = JSON.parse(line);
    if (asked.expand) {
      say({ expand: await Promise.all(asked.expand.map((pattern) => reference.expand(pattern))) });
    } else {
      say({ roles: await simulate(asked.simulate, reference) });
    }
  } catch (error) {
    say({ error: String(error.message).split("\n")[0] });
  }
}
