import assert from "node:assert/strict";
import fc from "fast-check";
import { expand } from "../../../sandbox/node/environment";
import { imageName } from "../../../sandbox/node/images";
import { quantity } from "../../../sandbox/node/quantity";
import { withFlags } from "../../../sandbox/node/runners/flags";
import { clusterAddress, loopbackAddress, WorkloadAddresses } from "../../../sandbox/node/workload-address";
import { regionAddresses } from "../../../sandbox/addresses";

describe("imageName", () => {
  const table = {
    pilot: "pilot",
    "docker.io/istio/pilot:1.31.1": "pilot",
    "example.org:5000/istio/proxyv2": "proxyv2",
    "registry.istio.io/testing/pilot@sha256:abc": "pilot",
    "pilot:1.31.1-distroless@sha256:abc": "pilot",
  };
  for (const [image, name] of Object.entries(table))
    it(`${image} is ${name}`, () => assert.equal(imageName(image), name));
});

describe("quantity", () => {
  const table = {
    "500m": 0.5,
    "2": 2,
    "1.5": 1.5,
    "128Mi": 134_217_728,
    "1Gi": 1_073_741_824,
    "1e3": 1000,
    "2k": 2000,
  };
  for (const [text, value] of Object.entries(table))
    it(`${text} is ${value}`, () => assert.equal(quantity(text), value));
  for (const text of ["", "Mi", "1X", "1 Gi"])
    it(`"${text}" is refused`, () => assert.throws(() => quantity(text), /no Kubernetes quantity/));
});

describe("expand", () => {
  it("takes known names, leaves unknown ones, and knows the escape", () =>
    assert.equal(expand("$(A)-$(B)-$$(A)-$A", { A: "1" }), "1-$(B)-$(A)-$A"));
  it("leaves text without a dollar as it is", () =>
    fc.assert(
      fc.property(fc.string(), (text) => {
        fc.pre(!text.includes("$"));
        assert.equal(expand(text, { A: "1" }), text);
      }),
    ));
});

describe("withFlags", () => {
  it("replaces both spellings and keeps all else", () =>
    assert.deepEqual(
      withFlags(
        ["discovery", "--monitoringAddr=:15014", "--domain", "cluster.local", "--httpAddr", ":8080"],
        {
          monitoringAddr: "127.1.3.1:15014",
          httpAddr: "127.1.3.1:8080",
        },
      ),
      [
        "discovery",
        "--domain",
        "cluster.local",
        "--monitoringAddr=127.1.3.1:15014",
        "--httpAddr=127.1.3.1:8080",
      ],
    ));
  it("leaves each flag exactly once, whatever stood there", () => {
    const arg = fc.constantFrom("--a=1", "--b=2", "--ab=3", "c", "--d");
    fc.assert(
      fc.property(fc.array(arg), (args) => {
        const result = withFlags(args, { a: "x" });
        assert.deepEqual(result, [...args.filter((one) => one !== "--a=1"), "--a=x"]);
      }),
    );
  });
});

describe("workload addresses", () => {
  const region = regionAddresses(7, 2);
  it("are the region's own, distinct, and given back", () => {
    const addresses = new WorkloadAddresses(region);
    const first = addresses.take("a");
    assert.equal(first, "127.7.35.1");
    assert.equal(addresses.take("a"), first);
    assert.equal(addresses.take("b"), "127.7.35.2");
    addresses.release("a");
    assert.equal(addresses.take("c"), first);
  });
  it("are granted as wished, where they are free and of the region", () => {
    const addresses = new WorkloadAddresses(region);
    assert.equal(addresses.take("a", "127.7.40.9"), "127.7.40.9");
    assert.equal(addresses.take("b", "127.7.40.9"), "127.7.35.1");
    assert.equal(addresses.take("c", "127.7.48.9"), "127.7.35.2", "that net is the next region's");
    assert.equal(addresses.take("d", "127.7.33.1"), "127.7.35.3", "that one is a public IP's");
  });
  it("fill the region and then say so", () => {
    const addresses = new WorkloadAddresses(region);
    const all = new Set(Array.from({ length: 13 * 254 }, (_, n) => addresses.take(String(n))));
    assert.equal(all.size, 13 * 254);
    assert.throws(() => addresses.take("one more"), /all 3302 workload addresses/);
  });
  it("look like ordinary ones in the cluster", () => {
    assert.equal(clusterAddress("127.7.35.1"), "10.7.35.1");
    assert.equal(loopbackAddress("10.7.35.1"), "127.7.35.1");
  });
});
