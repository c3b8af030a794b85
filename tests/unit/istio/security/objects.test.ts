import assert from "node:assert/strict";
import { compile } from "../../../../istio/compile";
import type { ServiceArgs } from "../../../../istio/intent";
import { application } from "../../../../istio/intent";
import { CrdSchemas } from "../support/crds";
import { everywhere, meshOf, shop } from "../support/fixtures";

const selector = { matchLabels: { app: "shop" } };
const jwt = [{ issuer: "https://id.example", jwksUri: "https://id.example/keys" }];
const admin = "cluster.local/ns/ops/sa/admin";

/** Everything of the security group that a service says, by kind and name. */
function said(changes: Partial<ServiceArgs>, defaultDeny?: boolean): Readonly<Record<string, object>> {
  const app = application({
    name: "shops",
    namespaces: [{ name: "shops", ...(defaultDeny === undefined ? {} : { defaultDeny }) }],
    services: [shop(changes)],
    otherCallers: ["ops/*", "web/*"],
  });
  const { objects } = compile([app], everywhere(app), meshOf());
  const schemas = new CrdSchemas();
  assert.deepEqual(
    objects.flatMap((object) => schemas.faults(object)),
    [],
  );
  return Object.fromEntries(
    objects
      .filter(({ apiVersion }) => apiVersion === "security.istio.io/v1")
      .map(({ kind, metadata, spec }) => [`${kind} ${metadata.name}`, spec]),
  );
}

describe("who may call a service", () => {
  it("is said by account, namespace, method, path and token", () => {
    const access = [
      { from: ["web/front"], namespaces: ["ops"], methods: ["GET"], paths: ["/api/*"] },
      { from: ["ops/*"], token: { principals: ["https://id.example/*"], claims: { role: ["admin"] } } },
      { token: { claims: { "realm.groups": ["ops", "dev"], "https://id.example/plan": ["gold"] } } },
      { token: {} },
      { token: { principals: ["*/*"] } },
    ];
    assert.deepEqual(said({ access, jwt })["AuthorizationPolicy shop-policy"], {
      selector,
      action: "ALLOW",
      rules: [
        {
          from: [
            { source: { principals: ["cluster.local/ns/web/sa/front"] } },
            { source: { namespaces: ["ops"] } },
          ],
          to: [{ operation: { methods: ["GET"], paths: ["/api/*"] } }],
        },
        {
          from: [
            {
              source: {
                principals: ["cluster.local/ns/ops/sa/*"],
                requestPrincipals: ["https://id.example/*"],
              },
            },
          ],
          when: [{ key: "request.auth.claims[role]", values: ["admin"] }],
        },
        {
          when: [
            { key: "request.auth.claims[https://id.example/plan]", values: ["gold"] },
            { key: "request.auth.claims[realm][groups]", values: ["ops", "dev"] },
          ],
        },
        { from: [{ source: { requestPrincipals: ["*"] } }] },
        { from: [{ source: { requestPrincipals: ["*"] } }] },
      ],
    });
  });

  it("is nobody in a namespace with default deny until access opens it", () => {
    assert.deepEqual(said({}, true), { "AuthorizationPolicy deny-by-default": {} });
    assert.deepEqual(said({}, false), {});
    assert.deepEqual(Object.keys(said({ access: [] }, true)), [
      "AuthorizationPolicy deny-by-default",
      "AuthorizationPolicy shop-policy",
    ]);
  });
});

describe("what a service refuses", () => {
  const rulesOf = (deny: NonNullable<ServiceArgs["deny"]>[number]) =>
    said({ deny: [deny], jwt })[`AuthorizationPolicy shop-deny-${deny.name}`];

  it("is a policy for each rule, with its exceptions by caller in one source", () => {
    const deny = [
      { name: "admin", paths: ["/admin", "/admin/*"], exceptFrom: ["ops/admin"], exceptNamespaces: ["web"] },
      { name: "writes", methods: ["DELETE"] },
    ];
    assert.deepEqual(said({ deny }), {
      "AuthorizationPolicy shop-deny-admin": {
        selector,
        action: "DENY",
        rules: [
          {
            from: [{ source: { notPrincipals: [admin], notNamespaces: ["web"] } }],
            to: [{ operation: { paths: ["/admin", "/admin/*"] } }],
          },
        ],
      },
      "AuthorizationPolicy shop-deny-writes": {
        selector,
        action: "DENY",
        rules: [{ to: [{ operation: { methods: ["DELETE"] } }] }],
      },
    });
  });

  it("has a rule for each part of a token that may fail, the caller's exception in all of them", () => {
    const exceptToken = { principals: ["https://id.example/*"], claims: { role: ["admin"], aal: ["2"] } };
    const to = [{ operation: { paths: ["/admin/*"] } }];
    const notPrincipals = [admin];
    assert.deepEqual(
      rulesOf({ name: "admin", paths: ["/admin/*"], exceptFrom: ["ops/admin"], exceptToken }),
      {
        selector,
        action: "DENY",
        rules: [
          { from: [{ source: { notPrincipals, notRequestPrincipals: ["https://id.example/*"] } }], to },
          {
            from: [{ source: { notPrincipals } }],
            to,
            when: [{ key: "request.auth.claims[aal]", notValues: ["2"] }],
          },
          {
            from: [{ source: { notPrincipals } }],
            to,
            when: [{ key: "request.auth.claims[role]", notValues: ["admin"] }],
          },
        ],
      },
    );
    assert.deepEqual(rulesOf({ name: "anonymous", exceptToken: {} }), {
      selector,
      action: "DENY",
      rules: [{ from: [{ source: { notRequestPrincipals: ["*"] } }] }],
    });
  });
});

describe("whose tokens a service believes", () => {
  it("is said in full, headers in stable order", () => {
    const keys = '{"keys":[{"kty":"RSA","kid":"1","n":"AQ","e":"AQAB"}]}';
    const issuers = [
      {
        issuer: "https://accounts.example.com",
        jwksUri: "https://accounts.example.com/.well-known/jwks.json",
        audiences: ["api.example.com"],
        fromHeader: { name: "x-token", prefix: "Token " },
        forwardOriginalToken: true,
        claimHeaders: { "x-user-id": "sub", "x-group": "realm.group" },
      },
      { issuer: "robots", jwks: keys, claimHeaders: { "x-user-id": "sub", "x-group": "group" } },
    ];
    assert.deepEqual(said({ jwt: issuers }), {
      "RequestAuthentication shop": {
        selector,
        jwtRules: [
          {
            issuer: "https://accounts.example.com",
            audiences: ["api.example.com"],
            jwksUri: "https://accounts.example.com/.well-known/jwks.json",
            fromHeaders: [{ name: "x-token", prefix: "Token " }],
            forwardOriginalToken: true,
            outputClaimToHeaders: [
              { header: "x-group", claim: "realm.group" },
              { header: "x-user-id", claim: "sub" },
            ],
          },
          {
            issuer: "robots",
            jwks: keys,
            outputClaimToHeaders: [
              { header: "x-group", claim: "group" },
              { header: "x-user-id", claim: "sub" },
            ],
          },
        ],
      },
    });
  });
});
