import assert from "node:assert/strict";
import { compile } from "../../../../istio/compile";
import type { ServiceArgs } from "../../../../istio/intent";
import { application } from "../../../../istio/intent";
import { RBAC } from "../../../../istio/model";
import { everywhere, meshOf, shop } from "../support/fixtures";

/** The filter of a service that refuses parameters, if it has one. */
function filterOf(changes: Partial<ServiceArgs>): object | undefined {
  const app = application({ name: "shops", namespaces: [{ name: "shops" }], services: [shop(changes)] });
  const { objects } = compile([app], everywhere(app), meshOf());
  return objects.find(({ kind }) => kind === "EnvoyFilter")?.spec;
}

describe("parameters in paths", () => {
  it("are refused in front of everything, in the service's own proxies, written out or escaped", () => {
    assert.deepEqual(filterOf({ deny: [{ name: "admin", paths: ["/admin"] }] }), {
      workloadSelector: { labels: { app: "shop" } },
      configPatches: [
        {
          applyTo: "HTTP_FILTER",
          match: {
            context: "SIDECAR_INBOUND",
            listener: { filterChain: { filter: { name: "envoy.filters.network.http_connection_manager" } } },
          },
          patch: {
            operation: "INSERT_FIRST",
            value: {
              name: "global-mesh.path-parameters",
              typed_config: {
                "@type": RBAC,
                rules: {
                  action: "DENY",
                  policies: {
                    "path-parameters": {
                      permissions: [{ url_path: { path: { safe_regex: { regex: ".*(;|%3[bB]).*" } } } }],
                      principals: [{ any: true }],
                    },
                  },
                },
              },
            },
          },
        },
      ],
    });
  });

  const refused: Readonly<Record<string, Partial<ServiceArgs>>> = {
    "an exact path that deny names": { deny: [{ name: "admin", paths: ["/admin"] }] },
    "a beginning that access names": { access: [{ paths: ["/health", "/api/*"] }] },
    "an end that access names": { access: [{ methods: ["GET"] }, { paths: ["*/health"] }] },
  };
  for (const [what, changes] of Object.entries(refused))
    it(`are refused because of ${what}`, () => {
      assert.notEqual(filterOf(changes), undefined);
    });

  const passing: Readonly<Record<string, Partial<ServiceArgs>>> = {
    "no rule": {},
    "rules without paths": { access: [{ methods: ["GET"] }], deny: [{ name: "x", methods: ["PUT"] }] },
    "exact paths that access names": { access: [{ paths: ["/health"] }] },
    "every path": { access: [{ paths: ["*"] }], deny: [{ name: "all", paths: ["*"] }] },
  };
  for (const [what, changes] of Object.entries(passing))
    it(`pass where there is ${what}`, () => {
      assert.equal(filterOf(changes), undefined);
    });

  for (const [what, changes] of Object.entries({ ...refused, ...passing }))
    it(`are refused or pass as the service says where there is ${what}`, () => {
      assert.deepEqual(
        filterOf({ ...changes, pathParameters: false }),
        filterOf({ deny: [{ name: "admin", paths: ["/admin"] }] }),
      );
      assert.equal(filterOf({ ...changes, pathParameters: true }), undefined);
    });
});
