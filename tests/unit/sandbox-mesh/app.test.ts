import assert from "node:assert/strict";
import { identities } from "../../../sandbox/app/identity";
import { beliefsOf } from "../../../sandbox/node/mesh/beliefs";

describe("identities in x-forwarded-client-cert", () => {
  const BY = "spiffe://cluster.local/ns/shop/sa/cart";
  const URI = "spiffe://cluster.local/ns/shop/sa/buyer";

  for (const [what, header, expected] of [
    ["both", `By=${BY};Hash=ab;Subject="";URI=${URI}`, { caller: URI, self: BY }],
    [
      "a subject with separators in it",
      `By=${BY};Subject="O=a;CN=b,c";URI=${URI}`,
      { caller: URI, self: BY },
    ],
    ["the last of several proxies", `By=x;URI=y,By=${BY};URI=${URI}`, { caller: URI, self: BY }],
    ["no header", undefined, {}],
    ["no certificate of the caller", `By=${BY}`, { self: BY }],
    ["nonsense", ";;=,,", {}],
  ] as const)
    it(what, () => assert.deepEqual(identities(header), expected));
});

describe("what a proxy believes of a host", () => {
  const dump = {
    configs: [
      {
        dynamic_route_configs: [
          {
            route_config: {
              name: "80",
              virtual_hosts: [
                {
                  domains: ["cart.global", "cart.global:80"],
                  routes: [{ route: { cluster: "outbound|80|v2|cart.global" } }],
                },
                { domains: ["other.global"], routes: [{ route: { cluster: "outbound|80||other.global" } }] },
              ],
            },
          },
        ],
      },
      {
        dynamic_active_clusters: [
          { cluster: { name: "outbound|80|v2|cart.global" } },
          { cluster: { name: "outbound|80||other.global" } },
        ],
      },
      {
        dynamic_endpoint_configs: [
          {
            endpoint_config: {
              cluster_name: "outbound|80|v2|cart.global",
              endpoints: [
                {
                  locality: { region: "eastus", zone: "eastus-1" },
                  lb_endpoints: [
                    {
                      endpoint: { address: { socket_address: { address: "127.1.3.4", port_value: 8080 } } },
                      health_status: "HEALTHY",
                      load_balancing_weight: 1,
                    },
                  ],
                },
              ],
            },
          },
        ],
      },
    ],
  };

  it("is its routes, clusters and endpoints, and nothing of other hosts", () => {
    const { routes, clusters, endpoints } = beliefsOf(dump, "cart.global");
    assert.deepEqual(
      routes.map(({ configuration }) => configuration),
      ["80"],
    );
    assert.deepEqual(clusters, ["outbound|80|v2|cart.global"]);
    assert.deepEqual(endpoints, [
      {
        cluster: "outbound|80|v2|cart.global",
        address: "127.1.3.4:8080",
        locality: "eastus/eastus-1",
        health: "HEALTHY",
        weight: 1,
      },
    ]);
  });

  it("is nothing for a host that it does not know", () => {
    assert.deepEqual(beliefsOf(dump, "unknown.global"), { routes: [], clusters: [], endpoints: [] });
    assert.deepEqual(beliefsOf({}, "cart.global"), { routes: [], clusters: [], endpoints: [] });
  });
});
