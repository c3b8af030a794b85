import assert from "node:assert/strict";
import fc from "fast-check";
import { compile } from "../../../../istio/compile";
import type { AccessRule, Application, DenyRule, JwtIssuer, TokenCondition } from "../../../../istio/intent";
import { application } from "../../../../istio/intent";
import type { AuthorizationPolicySpec } from "../../../../istio/model";
import { CrdSchemas } from "../support/crds";
import { everywhere, meshOf, shop } from "../support/fixtures";
import type { Request } from "./support/authorization";
import { lets } from "./support/authorization";

const ISSUERS = ["https://a.example", "https://b.example/realm"];
const jwt: readonly JwtIssuer[] = ISSUERS.map((issuer) => ({ issuer, jwksUri: `${issuer}/keys` }));

const maybe = <T>(arbitrary: fc.Arbitrary<T>) => fc.option(arbitrary, { nil: undefined });
const some = <T>(...values: T[]) =>
  fc
    .subarray(values, { minLength: 1 })
    .chain((list) => fc.shuffledSubarray(list, { minLength: list.length }));

/** Without the keys whose value is undefined, as a person writes it. */
const said = <T extends object>(record: fc.Arbitrary<T>) =>
  record.map((all) => Object.fromEntries(Object.entries(all).filter(([, value]) => value !== undefined)));

const tokens = said(
  fc.record({
    principals: maybe(some("*", "*/ann", "*/*", `${ISSUERS[0] ?? ""}/*`, `${ISSUERS[1] ?? ""}/bob`)),
    claims: maybe(
      said(
        fc.record({
          role: maybe(some("admin", "staff*", "*")),
          "realm.groups": maybe(some("ops", "*team")),
          "https://a.example/plan": maybe(some("gold")),
        }),
      ).filter((claims) => Object.keys(claims).length > 0),
    ),
  }),
) as fc.Arbitrary<TokenCondition>;

const operation = {
  methods: maybe(some("GET", "POST", "DELETE")),
  paths: maybe(some("/admin", "/admin/*", "/api/*", "*/health", "/")),
};
const CALLERS = ["shops/shop", "web/*", "web/front", "ops/cron"];
const NAMESPACES = ["shops", "web", "ops"];

const accessRules = said(
  fc.record({
    ...operation,
    from: maybe(some(...CALLERS)),
    namespaces: maybe(some(...NAMESPACES)),
    token: maybe(tokens),
  }),
) as fc.Arbitrary<AccessRule>;
const denyRules = said(
  fc.record({
    ...operation,
    exceptFrom: maybe(some(...CALLERS)),
    exceptNamespaces: maybe(some(...NAMESPACES)),
    exceptToken: maybe(tokens),
  }),
).filter((rule) => Object.keys(rule).length > 0) as fc.Arbitrary<Omit<DenyRule, "name">>;

/** Callers, methods, paths and tokens of which every rule above knows some and not others. */
const requests = said(
  fc.record({
    caller: maybe(
      fc.constantFrom("shops/shop", "web/front", "web/back", "ops/cron", "spy/shop", "shopsx/shop"),
    ),
    method: fc.constantFrom("GET", "POST", "DELETE", "PUT"),
    path: fc.constantFrom("/", "/admin", "/admin/x", "/administrator", "/api/1", "/api", "/x/health"),
    claims: maybe(
      said(
        fc.record({
          iss: fc.constantFrom(...ISSUERS),
          sub: maybe(fc.constantFrom("ann", "bob", "*")),
          role: maybe(fc.constantFrom<unknown[]>("admin", "staff-1", ["x", "admin"], "guest", 7, true)),
          realm: maybe(
            fc.constantFrom<unknown[]>({ groups: ["ops"] }, { groups: "a-team" }, { groups: [] }, "ops"),
          ),
          "https://a.example/plan": maybe(fc.constantFrom("gold", "iron")),
        }),
      ),
    ),
  }),
).map((all) => all as Omit<Request, "principal"> & { readonly caller?: string });
type Asked = typeof requests extends fc.Arbitrary<infer T> ? T : never;

function seen({ caller, ...request }: Asked, trustDomain = "cluster.local"): Request {
  if (caller === undefined) return request;
  const [namespace, account] = caller.split("/");
  return { ...request, principal: `${trustDomain}/ns/${namespace ?? ""}/sa/${account ?? ""}` };
}

/** What the sentences of the intent say, written down once more without any Istio in it. */
const meaning = {
  path: (pattern: string, path: string): boolean =>
    pattern.startsWith("*")
      ? path.endsWith(pattern.slice(1))
      : pattern.endsWith("*")
        ? path.startsWith(pattern.slice(0, -1))
        : path === pattern,
  operation: ({ methods, paths }: Pick<AccessRule, "methods" | "paths">, { method, path }: Asked): boolean =>
    (methods ?? [method]).includes(method) &&
    (paths === undefined || paths.some((pattern) => meaning.path(pattern, path))),
  from: (names: readonly string[], caller: string | undefined): boolean =>
    caller !== undefined &&
    names.some((name) => name === caller || name === `${caller.split("/")[0] ?? ""}/*`),
  namespaces: (names: readonly string[], caller: string | undefined): boolean =>
    caller !== undefined && names.includes(caller.split("/")[0] ?? ""),
  token: ({ principals = [], claims = {} }: TokenCondition, payload: Asked["claims"]): boolean => {
    if (payload === undefined) return false;
    const { iss, sub, role, realm } = payload as Record<string, unknown>;
    const groups = (realm as { groups?: unknown } | undefined)?.groups;
    const asked = principals.length > 0 || Object.keys(claims).length === 0;
    const byName = [...principals, ...(asked && principals.length === 0 ? ["*"] : [])].some((name) => {
      const [issuer, subject] =
        name === "*" ? ["*", "*"] : [name.replace(/\/[^/]*$/, ""), name.replace(/^.*\//, "")];
      return sub !== undefined && (issuer === "*" || issuer === iss) && (subject === "*" || subject === sub);
    });
    const has = (name: string, value: unknown): boolean =>
      claims[name]?.some((pattern) =>
        [value].flat().some((one) => typeof one === "string" && meaning.path(pattern, one)),
      ) ?? true;
    return (
      (!asked || byName) &&
      has("role", role) &&
      has("realm.groups", groups) &&
      has("https://a.example/plan", (payload as Record<string, unknown>)["https://a.example/plan"])
    );
  },
  access: (rule: AccessRule, request: Asked): boolean => {
    const { from, namespaces, token } = rule;
    const anybody = from === undefined && namespaces === undefined;
    return (
      (anybody ||
        meaning.from(from ?? [], request.caller) ||
        meaning.namespaces(namespaces ?? [], request.caller)) &&
      meaning.operation(rule, request) &&
      (token === undefined || meaning.token(token, request.claims))
    );
  },
  deny: (rule: Omit<DenyRule, "name">, request: Asked): boolean =>
    meaning.operation(rule, request) &&
    !meaning.from(rule.exceptFrom ?? [], request.caller) &&
    !meaning.namespaces(rule.exceptNamespaces ?? [], request.caller) &&
    !(rule.exceptToken !== undefined && meaning.token(rule.exceptToken, request.claims)),
};

interface Said {
  readonly access?: readonly AccessRule[];
  readonly deny?: readonly DenyRule[];
}

function appOf(rules: Said, defaultDeny = false): Application {
  return application({
    name: "shops",
    namespaces: [{ name: "shops", defaultDeny }],
    services: [shop({ ...rules, jwt })],
    otherCallers: ["web/*", "ops/*"],
  });
}

function policiesOf(rules: Said, defaultDeny = false): readonly AuthorizationPolicySpec[] {
  const app = appOf(rules, defaultDeny);
  return compile([app], everywhere(app), meshOf())
    .objects.filter(({ kind }) => kind === "AuthorizationPolicy")
    .map(({ spec }) => spec as AuthorizationPolicySpec);
}

const unique = <T>(rules: fc.Arbitrary<T>, minLength = 0) =>
  fc.uniqueArray(rules, { minLength, maxLength: 3, selector: (rule) => JSON.stringify(rule) });
const named = (rules: readonly Omit<DenyRule, "name">[]): readonly DenyRule[] =>
  rules.map((rule, index) => ({ name: `rule-${index}`, ...rule }));

/** Enough requests that every condition above is met by some and missed by others. */
const ASKED: readonly Asked[] = fc.sample(requests, { numRuns: 400, seed: 1 });

/** Holds what the policies do to each request against what the sentences say; how many were let in. */
function agree(policies: readonly AuthorizationPolicySpec[], means: (request: Asked) => boolean): number {
  const letIn = ASKED.filter((request) => {
    const answer = lets(policies, seen(request));
    assert.equal(answer, means(request), JSON.stringify({ request, policies }));
    return answer;
  });
  return letIn.length;
}

describe("what policies let in, by a model of Istio's authorization", () => {
  it("is what access says: any rule lets in, an empty list nobody", () => {
    const counts: number[] = [];
    fc.assert(
      fc.property(unique(accessRules), (access) => {
        counts.push(
          agree(policiesOf({ access }), (asked) => access.some((rule) => meaning.access(rule, asked))),
        );
      }),
      { numRuns: 300 },
    );
    const partly = counts.filter((count) => count > 0 && count < ASKED.length);
    assert.ok(partly.length > 100, `only ${partly.length} of ${counts.length} let some in and some not`);
  });

  it("is everything but what deny says: each exception of a rule is enough, none is missed by saying nothing", () => {
    const counts: number[] = [];
    fc.assert(
      fc.property(unique(denyRules, 1), (deny) => {
        const policies = policiesOf({ deny: named(deny) });
        counts.push(agree(policies, (asked) => !deny.some((rule) => meaning.deny(rule, asked))));
      }),
      { numRuns: 300 },
    );
    const partly = counts.filter((count) => count > 0 && count < ASKED.length);
    assert.ok(partly.length > 100, `only ${partly.length} of ${counts.length} let some in and some not`);
  });

  it("is what access says less what deny says, and the same in a closed namespace", () => {
    fc.assert(
      fc.property(unique(accessRules, 1), unique(denyRules, 1), fc.boolean(), (access, deny, closed) => {
        agree(
          policiesOf({ access, deny: named(deny) }, closed),
          (asked) =>
            access.some((rule) => meaning.access(rule, asked)) &&
            !deny.some((rule) => meaning.deny(rule, asked)),
        );
      }),
      { numRuns: 200 },
    );
  });

  it("is nothing in a closed namespace that no access opens, and everything in an open one", () => {
    assert.equal(
      agree(policiesOf({}, false), () => true),
      ASKED.length,
    );
    assert.equal(
      agree(policiesOf({}, true), () => false),
      0,
    );
  });

  it("comes as objects that the CRDs accept", () => {
    const schemas = new CrdSchemas();
    fc.assert(
      fc.property(unique(accessRules), unique(denyRules), fc.boolean(), (access, deny, closed) => {
        const app = appOf({ access, deny: named(deny) }, closed);
        for (const object of compile([app], everywhere(app), meshOf()).objects) {
          assert.deepEqual(schemas.faults(object), [], JSON.stringify(object));
        }
      }),
    );
  });
});
