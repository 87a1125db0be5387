// Answers the requests of roles. An answer is one of
//   [1, ["0.2", "r.1"]]  allowed, and the statements that allow it
//   [0, ["0.2", "b"]]    denied, and the statements that deny it; "b": the boundary does not allow it
//   [2, "why"]           not known, or not a request that AWS knows
// A statement is its policy (number among the role's; b: boundary; r: resource policy) and its number.
import { AwsRequestImpl, DiscoveryContextKeyConstraints, RequestContextImpl, authorize } from "./packages.mjs";
import { Document, asPolicy, namesOthers } from "./documents.mjs";
import { deniable, deniesForSure, mostGenerous, symbolsIn, widened } from "./uncertain.mjs";

const STRICT = { simulationMode: "Strict", discoveryContextKeyConstraints: new DiscoveryContextKeyConstraints([]) };

export async function simulate({ account, documents, contexts, roles }, reference) {
  const all = documents.map((document, number) => new Document(document, number));
  const actions = new Set(roles.flatMap((role) => role.requests.map(([action]) => action)));
  await reference.load(actions, new Set(contexts.flatMap(Object.keys)));
  return roles.map((role) => {
    const policies = role.policies.map((number) => all[number]);
    const boundary = role.boundary === null ? null : all[role.boundary];
    const problem = policyProblem(policies, "identity") || policyProblem(boundary ? [boundary] : [], "identity");
    const found = new Map();
    const sent = new Map();
    return role.requests.map(([action, resource, context, owner, resourcePolicy]) => {
      try {
        const same = [resource, context, owner, resourcePolicy].join(" ");
        const request = { role, account, action, resource, owner, context: contexts[context], found, same, sent };
        const held = { policies, boundary, resourcePolicy: resourcePolicy === null ? null : all[resourcePolicy] };
        return problem ? [2, problem] : answer(request, held, reference);
      } catch (error) {
        return [2, `the simulator failed: ${error.message}`];
      }
    });
  });
}

function policyProblem(documents, kind) {
  for (const document of documents) {
    const problem = document.problem(kind);
    if (problem) return `AWS refuses the policy: ${problem}`;
  }
  return "";
}

function answer(request, held, reference) {
  const { action, resource } = request;
  const problem =
    reference.problem(action, resource) || policyProblem(held.resourcePolicy ? [held.resourcePolicy] : [], "resource");
  if (problem) return [2, problem];
  for (const key of Object.keys(request.context)) {
    if (reference.isList(key) === undefined) return [2, `AWS knows no condition key ${key}`];
  }
  const parts = {
    identity: held.policies.map((document) => document.about(action)),
    boundary: held.boundary?.about(action),
    resource: held.resourcePolicy?.about(action),
  };
  const granting = [...parts.identity, ...(parts.resource ? [parts.resource] : [])];
  if (granting.every((part) => part.statements.length === 0)) return [0, []];
  if (!parts.boundary && granting.every((part) => namesOthers(part, resource))) return [0, []];
  const known = authorized(request, parts, reference);
  const found = known.says;
  if (found.result === "Allowed") {
    known.answer ??= denialIsPossible(request, parts, reference) ?? [1, names(found, request.role, parts, "allowStatements")];
    return known.answer;
  }
  return grantIsPossible(request, parts, reference, found) ?? [0, denials(found, request.role, parts)];
}

// What the simulator says. Actions that the same statements are about have the same answer; but the
// simulator has rules of its own for single actions of IAM and KMS.
function authorized(request, parts, reference) {
  const service = request.action.split(":")[0];
  const key = [
    service,
    request.same,
    reference.action(request.action).types.length === 0,
    ...all(parts).map((part) => part.indexes.join()),
  ].join(";");
  if (!request.found.has(key) || service === "iam" || service === "kms") {
    const asked = awsRequest(request, reference, request.resource);
    request.found.set(key, { says: authorize(simulation(asked, parts)) });
  }
  return request.found.get(key);
}

function awsRequest(request, reference, resource) {
  const { role, action, owner } = request;
  const types = reference.action(action).types;
  const context = contextOf(request, reference);
  return new AwsRequestImpl(role.arn, { resource, accountId: owner }, action, context, types.length === 0);
}

// The condition keys of a request, made once for all of a role's requests that have the same.
function contextOf({ role, account, action, context, sent }, reference) {
  const [service] = action.split(":");
  const known = sent.get(service) ?? sent.set(service, new Map()).get(service);
  if (!known.has(context)) {
    const values = everywhere(role, account, action);
    for (const [key, value] of Object.entries(context)) {
      values[key] = reference.isList(key) ? [value].flat() : [value].flat()[0];
    }
    known.set(context, new RequestContextImpl(values));
  }
  return known.get(context);
}

// What AWS sends with every call of a role.
// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html
function everywhere(role, account, action) {
  if (!role.arn.startsWith("arn:")) {
    return { "aws:PrincipalIsAWSService": "true", "aws:PrincipalServiceName": role.arn, "aws:SecureTransport": "true" };
  }
  const values = {
    "aws:PrincipalAccount": account,
    "aws:PrincipalArn": role.arn,
    "aws:PrincipalIsAWSService": "false",
    "aws:PrincipalType": "AssumedRole",
    "aws:ResourceAccount": account,
    "aws:SecureTransport": "true",
    "aws:ViaAWSService": "false",
  };
  if (action.startsWith("kms:")) values["kms:CallerAccount"] = account;
  if (action.startsWith("s3:")) values["s3:ResourceAccount"] = account;
  return values;
}

const simulation = (request, { identity, boundary, resource }) => ({
  request,
  identityPolicies: identity.map((part) => part.policy),
  permissionBoundaries: boundary ? [boundary.policy] : undefined,
  resourcePolicy: resource?.policy,
  serviceControlPolicies: [],
  resourceControlPolicies: [],
  simulationParameters: STRICT,
  serviceSettings: { s3: {} },
});

// The statements of an analysis, by their policies' and their own numbers.
function names(found, role, parts, kind) {
  const named = (analysis, part, prefix) =>
    (analysis?.[kind] ?? []).map((one) => `${prefix}.${part.indexes[one.statement.index() - 1]}`);
  const identity = (found.identityAnalysis?.[kind] ?? []).map((one) => {
    const number = role.policies.indexOf(one.policyId);
    return `${number}.${parts.identity[number].indexes[one.statement.index() - 1]}`;
  });
  const boundary = kind === "denyStatements" ? named(found.permissionBoundaryAnalysis, parts.boundary, "b") : [];
  return [...identity, ...boundary, ...named(found.resourceAnalysis, parts.resource, "r")];
}

function denials(found, role, parts) {
  const explicit = names(found, role, parts, "denyStatements");
  return explicit.length === 0 && found.blockedBy?.includes("pb") ? ["b"] : explicit;
}

const all = ({ identity, boundary, resource }) => [...identity, ...(boundary ? [boundary] : []), ...(resource ? [resource] : [])];

// Why a denied request may yet be allowed; null: it will not.
function grantIsPossible(request, parts, reference, found) {
  for (const [number, index] of names(found, request.role, parts, "denyStatements").map((name) => name.split("."))) {
    const part = { b: parts.boundary, r: parts.resource }[number] ?? parts.identity[number];
    const statement = part.statements[part.indexes.indexOf(Number(index))];
    if (deniesForSure(statement, request, reference)) return null;
  }
  const reasons = new Set(symbolsIn(request.resource));
  let doubtful = false;
  const generous = (part) => {
    const most = mostGenerous(part.statements, request, reference);
    if (most === null) return part;
    doubtful = true;
    most.reasons.flat().forEach((reason) => reasons.add(reason));
    return { policy: asPolicy(most.wide.filter((one) => one !== null)) };
  };
  const wide = {
    identity: parts.identity.map(generous),
    boundary: parts.boundary && generous(parts.boundary),
    resource: parts.resource && generous(parts.resource),
  };
  if (!doubtful) return null;
  const asked = awsRequest(request, reference, widened(request.resource));
  return authorize(simulation(asked, wide)).result === "Allowed" ? [2, dependsOn(reasons)] : null;
}

// Why an allowed request may yet be denied; null: it will not.
function denialIsPossible(request, parts, reference) {
  const flip = (part) => part && deniable(part.statements, request, reference);
  const inside = [...parts.identity, parts.boundary].map(flip);
  const resource = flip(parts.resource);
  if (!resource && inside.every((one) => !one)) return null;
  const asked = awsRequest(request, reference, widened(request.resource));
  const found = authorize(
    simulation(asked, {
      identity: inside.filter(Boolean).map((statements) => ({ policy: asPolicy(statements) })),
      resource: resource && { policy: asPolicy(resource) },
    }),
  );
  const denied = [found.identityAnalysis, found.resourceAnalysis].some((one) => one?.allowStatements.length > 0);
  return denied ? [2, dependsOn(new Set(symbolsIn([request.resource, all(parts).map((one) => one.statements)])))] : null;
}

const dependsOn = (reasons) => `it depends on ${[...reasons].sort().join(", ")}`;
