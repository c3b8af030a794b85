import assert from "node:assert/strict";
import { captureFilter, proxyHeader } from "../../../sandbox/node/mesh/capture";
import { podLocalhost } from "../../../sandbox/node/mesh/localhost";
import { ProxyPlaces } from "../../../sandbox/node/mesh/places";
import { reachablePort } from "../../../sandbox/node/mesh/ports";

interface Patch {
  readonly applyTo: string;
  readonly match: { readonly context: string; readonly listener?: { readonly name: string } };
  readonly patch: {
    readonly operation: string;
    readonly value?: { readonly address?: unknown; readonly bind_to_port?: boolean };
  };
}

describe("what stands in for iptables", () => {
  const patches = (ports: readonly number[]): readonly Patch[] =>
    (captureFilter(ports)["spec"] as { configPatches: readonly Patch[] }).configPatches;

  it("moves each captured listener to a socket of its own, and reads the header there first", () => {
    const all = patches([443, 80, 80]);
    const names = ["virtualOutbound", "virtualInbound", "0.0.0.0_80", "0.0.0.0_443"];
    assert.deepEqual(
      all.flatMap(({ applyTo, match }) => (applyTo === "LISTENER" ? (match.listener?.name ?? []) : [])),
      names,
    );
    assert.deepEqual(
      all.filter(({ applyTo }) => applyTo === "LISTENER_FILTER").map(({ patch }) => patch.operation),
      names.map(() => "INSERT_FIRST"),
    );
    const paths = all.flatMap(({ patch }) =>
      patch.value?.address === undefined ? [] : [JSON.stringify(patch.value.address)],
    );
    assert.equal(new Set(paths).size, names.length);
    // Relative to the folder that the proxy runs in: one object for all pods.
    for (const path of paths) assert.match(path, /"path":"\.\/etc\/istio\/proxy\//);
  });

  it("takes out what upstream Envoy would refuse a whole listener for: the filter of a Telemetry with metrics", () => {
    const removed = patches([]).filter(({ patch }) => patch.operation === "REMOVE");
    assert.deepEqual(
      removed.map(({ applyTo, match }) => [applyTo, match.context]),
      [
        ["HTTP_FILTER", "ANY"],
        ["NETWORK_FILTER", "ANY"],
      ],
    );
    for (const { match } of removed) assert.match(JSON.stringify(match), /"istio\.stats"/);
  });

  it("keeps ports of gateways closed until they are known", () => {
    const gateway = patches([8080]).filter(
      ({ applyTo, match }) => applyTo === "LISTENER" && match.context === "GATEWAY",
    );
    assert.deepEqual(
      gateway.map(({ match, patch }) => [match.listener?.name, patch.value?.bind_to_port]),
      // In this order: of two merges the later one wins.
      [
        [undefined, false],
        ["0.0.0.0_8080", true],
      ],
    );
  });

  it("says in the header where a connection comes from and where it was going", () => {
    const header = proxyHeader({ address: "127.1.3.4", port: 40_000 }, { address: "10.96.0.7", port: 80 });
    assert.equal(header, "PROXY TCP4 127.1.3.4 10.96.0.7 40000 80\r\n");
  });

  it("gives no pod's address to another one as its localhost", () => {
    assert.equal(podLocalhost("127.1.3.4"), "127.101.3.4");
    assert.equal(podLocalhost("127.99.255.254"), "127.199.255.254");
  });

  it("has a port for everybody where the real one takes privileges", () => {
    assert.deepEqual([80, 443, 1023, 1024, 8080].map(reachablePort), [8080, 8443, 9023, 1024, 8080]);
  });
});

describe("places for proxies", () => {
  it("are given out once to each pod, refused when they are taken, and given back", () => {
    const places = new ProxyPlaces(2);
    assert.deepEqual(
      [places.take("a"), places.take("a"), places.take("b"), places.take("c")],
      [true, true, true, false],
    );
    places.release("a");
    assert.deepEqual([places.take("c"), places.taken], [true, 2]);
  });
});
