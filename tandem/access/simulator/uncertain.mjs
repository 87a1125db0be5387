// What is not known: symbols (values that exist only after the apply, see placeholders.py) and condition
// keys that AWS may send. A denial is certain only if no value of them would allow the request, and
// the other way round.

// A symbol that begins a resource stands for a whole ARN.
const SYMBOL = /arn:aws:zzsymbol:::zz[0-9a-f]{12}zz|zz[0-9a-f]{12}zz|000000000000/g;

export const symbolsIn = (value) => [...new Set(JSON.stringify(value ?? null).match(SYMBOL) ?? [])];
const isSymbolic = (value) => (typeof value === "string" ? value.search(SYMBOL) >= 0 : symbolsIn(value).length > 0);

// The text with `*` for each symbol: a pattern of all it can be.
export const widened = (text) => text.replace(SYMBOL, (found) => (found.startsWith("arn:") ? "arn:*:*:*:*:*" : "*"));

// The conditions of which nobody knows whether they hold: [[operator, key, the reason], ...].
function openConditions(statement, { action, context }, reference, symbolsOnly) {
  const found = [];
  for (const [operator, keys] of Object.entries(statement.Condition ?? {})) {
    for (const [key, value] of Object.entries(keys)) {
      const given = Object.keys(context).find((one) => one.toLowerCase() === key.toLowerCase());
      const known = given !== undefined || ALWAYS_KNOWN.has(key.toLowerCase());
      if (isSymbolic(value) || (given !== undefined && isSymbolic(context[given]))) {
        found.push([operator, key, ...symbolsIn([value, context[given]])]);
      } else if (!symbolsOnly && !known && reference.mayHave(action, key)) {
        found.push([operator, key, key]);
      }
    }
  }
  return found;
}
const ALWAYS_KNOWN = new Set(
  [
    "aws:principalaccount aws:principalarn aws:principalisawsservice aws:principaltype aws:resourceaccount",
    "aws:securetransport aws:viaawsservice kms:calleraccount s3:resourceaccount",
  ]
    .join(" ")
    .split(" "),
);

// The statement as wide as it can turn out to be.
function atItsWidest(statement, open) {
  const wide = { ...statement };
  if (isSymbolic(statement.Principal)) wide.Principal = "*";
  if (isSymbolic(statement.Resource)) wide.Resource = [statement.Resource].flat().map(widened);
  if (isSymbolic(statement.NotResource)) {
    wide.NotResource = [statement.NotResource].flat().filter((one) => !isSymbolic(one));
    if (wide.NotResource.length === 0) {
      delete wide.NotResource;
      wide.Resource = "*";
    }
  }
  if (open.length > 0) {
    wide.Condition = structuredClone(statement.Condition);
    for (const [operator, key] of open) delete wide.Condition[operator][key];
  }
  return wide;
}

// The statements with which a request is most likely allowed, and what that hangs on; null: all is known.
export function mostGenerous(statements, request, reference) {
  let doubtful = isSymbolic(request.resource);
  const wide = [];
  const reasons = [];
  for (const statement of statements) {
    const open = openConditions(statement, request, reference, false);
    const symbols = symbolsIn([statement.Principal, statement.Resource, statement.NotResource]);
    const uncertain = open.length > 0 || symbols.length > 0;
    doubtful ||= uncertain;
    if (statement.Effect === "Deny" && uncertain) {
      wide.push(null);
    } else {
      wide.push(uncertain ? atItsWidest(statement, open) : statement);
    }
    reasons.push([...new Set([...open.flatMap((one) => one.slice(2)), ...symbols])]);
  }
  return doubtful ? { wide, reasons } : null;
}

// Whether a statement that denies does so whatever the unknown turns out to be.
export function deniesForSure(statement, request, reference) {
  return !isSymbolic(statement.NotResource) && openConditions(statement, request, reference, false).length === 0;
}

// The statements that deny, as statements that allow as much as they may turn out to deny; null: all is known.
export function deniable(statements, request, reference) {
  const denying = statements.filter((one) => one.Effect === "Deny");
  const open = denying.map((one) => openConditions(one, request, reference, true));
  const doubtful = denying.some(
    (one, index) => open[index].length > 0 || isSymbolic([one.Principal, one.Resource, one.NotResource]),
  );
  if (denying.length === 0 || !(doubtful || isSymbolic(request.resource))) return null;
  return denying.map((one, index) => ({ ...atItsWidest(one, open[index]), Effect: "Allow" }));
}
