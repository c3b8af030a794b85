import assert from "node:assert/strict";
import type { AccessRule, DenyRule, JwtIssuer, ServiceArgs, TokenCondition } from "../../../../istio/intent";
import { application } from "../../../../istio/intent";
import { faults, shop, shops } from "../support/fixtures";

const S = "applications.shops.services.shop";
const id: JwtIssuer = { issuer: "https://id.example", jwksUri: "https://id.example/keys" };
const jwt = [id];
const issuer = (changes: Partial<JwtIssuer>): Partial<ServiceArgs> => ({ jwt: [{ ...id, ...changes }] });
const keys = (jwks: string): Partial<ServiceArgs> => ({ jwt: [{ issuer: "https://id.example", jwks }] });
const access = (...rules: AccessRule[]): Partial<ServiceArgs> => ({ access: rules, jwt });
const token = (said: TokenCondition): Partial<ServiceArgs> => access({ token: said });
const deny = (...rules: Partial<DenyRule>[]): Partial<ServiceArgs> => ({
  deny: rules.map((rule) => ({ name: "admin", ...rule })),
  jwt,
});

describe("access that cannot work", () => {
  const rows: readonly [string, Partial<ServiceArgs>, string, string?][] = [
    ["a token without issuers", { access: [{ token: {} }] }, `${S}.access[0].token: got nothing`, "jwt"],
    [
      "an exception by token without issuers",
      { deny: [{ name: "admin", exceptToken: {} }] },
      `${S}.deny[0].exceptToken: got nothing`,
    ],
    [
      "a caller whom nobody is",
      access({ from: ["shops/shpo"] }),
      `${S}.access[0].from: got "shops/shpo"`,
      "otherCallers",
    ],
    [
      "anybody of a namespace where nobody is",
      access({ from: ["mars/*"] }),
      `${S}.access[0].from: got "mars/*"`,
    ],
    [
      "a namespace where nobody is",
      access({ namespaces: ["mars"] }),
      `${S}.access[0].namespaces: got "mars"`,
    ],
    ["no namespaces", access({ namespaces: [] }), `${S}.access[0].namespaces: got []`],
    ["the same method twice", access({ methods: ["GET", "GET"] }), `${S}.access[0].methods: got "GET"`],
    ["a path with a query", access({ paths: ["/a?b=c"] }), `${S}.access[0].paths: got "/a?b=c"`],
    ["two slashes", access({ paths: ["/a//b"] }), `${S}.access[0].paths: got "/a//b"`],
    ["a step up", access({ paths: ["/a/../b"] }), `${S}.access[0].paths: got "/a/../b"`],
    ["a letter that is escaped", access({ paths: ["/%61dmin"] }), `${S}.access[0].paths: got "/%61dmin"`],
    ["letters that a URL escapes", access({ paths: ["/café"] }), `${S}.access[0].paths: got "/café"`],
    ["an expression", access({ paths: ["/api/.*"] }), `${S}.access[0].paths: got "/api/.*"`],
    ["a template", access({ paths: ["/{user}"] }), `${S}.access[0].paths: got "/{user}"`],
    ["no principals", token({ principals: [] }), `${S}.access[0].token.principals: got []`],
    [
      "a principal without a subject",
      token({ principals: ["ann"] }),
      `${S}.access[0].token.principals: got "ann"`,
    ],
    ["half a subject", token({ principals: ["*/ann*"] }), `${S}.access[0].token.principals: got "*/ann*"`],
    [
      "an issuer that the service does not know",
      token({ principals: ["https://other.example/ann"] }),
      `${S}.access[0].token.principals: got "https://other.example/ann"`,
      "https://id.example",
    ],
    [
      "a subject with a slash",
      token({ principals: ["https://id.example/team/ann"] }),
      `${S}.access[0].token.principals: got "https://id.example/team/ann"`,
      "claim sub",
    ],
    ["no claims", token({ claims: {} }), `${S}.access[0].token.claims: got {}`],
    ["a claim without values", token({ claims: { role: [] } }), `${S}.access[0].token.claims.role: got []`],
    ["an empty value", token({ claims: { role: [""] } }), `${S}.access[0].token.claims.role: got ""`],
    [
      "a star inside a value",
      token({ claims: { role: ["a*b"] } }),
      `${S}.access[0].token.claims.role: got "a*b"`,
    ],
    [
      "two stars in a value",
      token({ claims: { role: ["*a*"] } }),
      `${S}.access[0].token.claims.role: got "*a*"`,
    ],
    ["brackets in a claim", token({ claims: { "a[b]": ["c"] } }), `${S}.access[0].token.claims: got "a[b]"`],
    [
      "a claim that ends in a dot",
      token({ claims: { "a.": ["c"] } }),
      `${S}.access[0].token.claims: got "a."`,
    ],
    ["a rule that refuses everything", deny({}), `${S}.deny[0]: got {"name":"admin"}`, "access: []"],
    ["two rules of one name", deny({ methods: ["PUT"] }, { methods: ["GET"] }), `${S}.deny: got "admin"`],
    ["a rule of no name", deny({ name: "No Name", methods: ["PUT"] }), `${S}.deny[0].name: got "No Name"`],
    ["no exceptions", deny({ exceptFrom: [] }), `${S}.deny[0].exceptFrom: got []`],
    [
      "an exception whom nobody is",
      deny({ exceptFrom: ["ops2/x"] }),
      `${S}.deny[0].exceptFrom: got "ops2/x"`,
    ],
    [
      "an exception where nobody is",
      deny({ exceptNamespaces: ["x"] }),
      `${S}.deny[0].exceptNamespaces: got "x"`,
    ],
    ["a refused path without a slash", deny({ paths: ["admin"] }), `${S}.deny[0].paths: got "admin"`],
    ["a refused path from above", deny({ paths: ["/./admin"] }), `${S}.deny[0].paths: got "/./admin"`],
    [
      "a refused path that can be escaped in two ways",
      deny({ paths: ["/caf%C3%A9"] }),
      `${S}.deny[0].paths: got "/caf%C3%A9"`,
      "upper or lower case",
    ],
    ["a refused method in lower case", deny({ methods: ["put"] }), `${S}.deny[0].methods: got "put"`],
    ["no issuers", { jwt: [] }, `${S}.jwt: got []`],
    ["an issuer twice", { jwt: [id, { ...id }] }, `${S}.jwt: got "https://id.example"`],
    ["an issuer in plaintext", issuer({ issuer: "http://id.example" }), `${S}.jwt[0].issuer: got "http:`],
    ["an issuer without a name", issuer({ issuer: "" }), `${S}.jwt[0].issuer: got ""`],
    ["keys in plaintext", issuer({ jwksUri: "http://id.example/keys" }), `${S}.jwt[0].jwksUri: got "http:`],
    [
      "keys in plaintext behind a password",
      issuer({ jwksUri: "http://user:S3CRET@id.example/keys" }),
      `${S}.jwt[0].jwksUri: got "http://…@id.example/keys"`,
    ],
    ["keys at no address", issuer({ jwksUri: "keys" }), `${S}.jwt[0].jwksUri: got "keys"`],
    ["keys from two places", issuer({ jwks: "{}" }), `${S}.jwt[0]: got ["jwksUri","jwks"]`],
    ["keys from nowhere", { jwt: [{ issuer: "https://id.example" }] }, `${S}.jwt[0]: got []`],
    ["keys that are no JSON", keys("keys"), `${S}.jwt[0].jwks: got "a text of 4 characters"`],
    ["a set without keys", keys('{"keys":[]}'), `${S}.jwt[0].jwks: got "a text of 11 characters"`],
    ["a private key", keys('{"keys":[{"kty":"RSA","d":"S3CRET"}]}'), `${S}.jwt[0].jwks: got "keys with d"`],
    ["no audiences", issuer({ audiences: [] }), `${S}.jwt[0].audiences: got []`],
    ["an empty audience", issuer({ audiences: [""] }), `${S}.jwt[0].audiences: got ""`],
    [
      "a token's header in upper case",
      issuer({ fromHeader: { name: "X-Token" } }),
      `${S}.jwt[0].fromHeader.name: got`,
    ],
    [
      "a claim over the host",
      issuer({ claimHeaders: { host: "sub" } }),
      `${S}.jwt[0].claimHeaders: got "host"`,
    ],
    [
      "a claim for a header with a space",
      issuer({ claimHeaders: { "x y": "sub" } }),
      `${S}.jwt[0].claimHeaders: got "x y"`,
    ],
    [
      "a header of a claim that is an address",
      issuer({ claimHeaders: { "x-plan": "https://id.example/plan" } }),
      `${S}.jwt[0].claimHeaders.x-plan: got`,
    ],
    [
      "a header of a claim that another issuer does not set",
      {
        jwt: [
          { ...id, claimHeaders: { "x-user": "sub" } },
          { ...id, issuer: "https://other.example" },
        ],
      },
      `${S}.jwt[1].claimHeaders: got []`,
      "x-user",
    ],
    ["tokens of connections", { protocol: "TCP", jwt }, `${S}.protocol: got "TCP"`, "jwt"],
    [
      "refused paths of connections",
      { protocol: "TCP", deny: [{ name: "a", paths: ["/a"] }] },
      `${S}.protocol: got`,
      "paths",
    ],
  ];
  for (const [title, changes, beginning, mention = ""] of rows) {
    it(`is refused: ${title}`, () => {
      const all = faults([shops(shop(changes))]);
      assert.equal(all.length, 1, all.join("\n") || "no fault");
      const [fault = ""] = all;
      assert.ok(fault.startsWith(beginning) && fault.includes(mention), fault);
      assert.ok(!fault.includes("S3CRET"));
    });
  }

  it("is not refused for paths as proxies spell them", () => {
    const paths = ["/", "/*", "*", "*.html", "/a/.well-known/*", "/a%20b", "/a..b/c.", "/v1.*", "/@me;v=1,2"];
    assert.deepEqual(faults([shops(shop(access({ paths })))]), []);
  });

  it("is not refused for callers that there are", () => {
    const callers = ["shops/shop", "shops/*", "ops/cron", "ops/*", "istio-ingress/istio-ingressgateway"];
    assert.deepEqual(faults([shops(shop(access({ from: callers, namespaces: ["shops", "ops"] })))]), []);
  });

  it("knows the callers of other applications", () => {
    const other = application({
      name: "other",
      namespaces: [{ name: "other" }],
      services: [shop({ name: "b", namespace: "other", globalHost: "b.global", serviceAccount: "bee" })],
    });
    const from = (caller: string) => faults([shops(shop(access({ from: [caller] }))), other]).length;
    assert.deepEqual(["other/bee", "other/b", "other/*"].map(from), [0, 1, 0]);
  });

  it("is refused for other callers that are none", () => {
    const app = application({ name: "a", otherCallers: ["prometheus"] });
    const found = faults([app]).filter((fault) => fault.startsWith("applications.a.otherCallers"));
    assert.equal(found.length, 1);
  });

  it("is refused where two applications disagree on who is let into a namespace", () => {
    const closed = application({ name: "b", namespaces: [{ name: "shops", defaultDeny: true }] });
    assert.match(faults([shops(), closed]).join(), /^namespaces: got/);
  });
});
