// Policy documents: checked once, and cut down to the statements that are about an action.
import { symbolsIn } from "./uncertain.mjs";
import { loadPolicy, requestMatchesStatementActions, validateIdentityPolicy, validateResourcePolicy } from "./packages.mjs";

const OPERATORS = new Set(
  [
    "StringEquals StringNotEquals StringEqualsIgnoreCase StringNotEqualsIgnoreCase StringLike StringNotLike",
    "NumericEquals NumericNotEquals NumericLessThan NumericLessThanEquals NumericGreaterThan",
    "NumericGreaterThanEquals DateEquals DateNotEquals DateLessThan DateLessThanEquals DateGreaterThan",
    "DateGreaterThanEquals Bool BinaryEquals IpAddress NotIpAddress ArnLike ArnEquals ArnNotLike ArnNotEquals Null",
  ]
    .join(" ")
    .toLowerCase()
    .split(" "),
);

export class Document {
  #parts = new Map();
  #problems = new Map();

  constructor(source, number) {
    this.source = source;
    this.number = number;
    this.statements = [source?.Statement ?? []].flat();
    this.read = asPolicy(this.statements).statements();
    this.actions = this.statements.map((one) => JSON.stringify([one.Action, one.NotAction]));
    this.resources = this.statements.map(literally);
  }

  // What AWS would refuse in it, or an empty text. kind: "identity" or "resource".
  problem(kind) {
    if (!this.#problems.has(kind)) this.#problems.set(kind, this.#check(kind));
    return this.#problems.get(kind);
  }

  #check(kind) {
    const [found] = (kind === "identity" ? validateIdentityPolicy : validateResourcePolicy)(this.source);
    if (found) return `${found.path ? `${found.path}: ` : ""}${found.message}`;
    for (const [operator] of this.statements.flatMap((one) => Object.entries(one.Condition ?? {}))) {
      const base = operator.toLowerCase().replace(/^for(any|all)values?:/, "").replace(/ifexists$/, "");
      if (!OPERATORS.has(base)) return `no condition operator is called ${operator}`;
    }
    return "";
  }

  // The statements about an action: {policy, indexes (of the whole document), statements, resources}.
  about(action) {
    if (!this.#parts.has(action)) {
      const indexes = this.read.flatMap((one, index) => (isAbout(one, this.actions[index], action) ? [index] : []));
      // Of their actions only this one is left: what is not there need not be compared again.
      const statements = indexes.map((index) => ({ ...this.statements[index], NotAction: undefined, Action: action }));
      const resources = indexes.map((index) => this.resources[index]);
      this.#parts.set(action, { policy: asPolicy(statements, this.number), indexes, statements, resources });
    }
    return this.#parts.get(action);
  }
}

// Whether none of the statements can be about a resource, whatever else they say: they name others.
export function namesOthers({ resources }, resource) {
  if (!isLiteral(resource)) return false;
  const name = resource.toLowerCase();
  return resources.every((one) => one !== null && !one.has(name));
}

// The resources of a statement, in lower case, where all are whole ARNs of which everything is known.
function literally({ Resource }) {
  const said = [Resource].flat();
  return said.every(isLiteral) ? new Set(said.map((one) => one.toLowerCase())) : null;
}

const isLiteral = (text) =>
  typeof text === "string" && text.split(":").length >= 6 && !/[*?$]/.test(text) && symbolsIn(text).length === 0;

export const asPolicy = (statements, name) => loadPolicy({ Version: "2012-10-17", Statement: statements }, { name });

// Whether a statement is about an action: looked at once for all statements with the same actions.
function isAbout(statement, actions, name) {
  const known = about.get(actions) ?? about.set(actions, new Map()).get(actions);
  if (!known.has(name)) {
    const [service, action] = name.split(":");
    const request = { action: { service: () => service.toLowerCase(), action: () => action } };
    known.set(name, requestMatchesStatementActions(request, statement).matches);
  }
  return known.get(name);
}
const about = new Map();
