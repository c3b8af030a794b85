import assert from "node:assert/strict";
import fc from "fast-check";
import {
  BLOCKS,
  REGION_SLOTS,
  armAddress,
  fixedEndpoints,
  regionAddresses,
} from "../../../sandbox/addresses/layout";

const block = fc.integer({ min: BLOCKS.first, max: BLOCKS.last });
const slot = fc.integer({ min: 0, max: REGION_SLOTS - 1 });

describe("addresses: layout", () => {
  it("is what stored state says it is", () => {
    const region = regionAddresses(10, 2);
    assert.deepEqual(JSON.parse(JSON.stringify(region)), {
      host: "127.10.32.1",
      apiServerPort: 6443,
      etcdClientPort: 2379,
      etcdPeerPort: 2380,
      controllerManagerPort: 10257,
      istiod: { https: 21012, http: 21013, grpc: 21014, secureGrpc: 21015, monitoring: 21016, ctrlz: 21017 },
    });
    assert.equal(region.publicIp(3), "127.10.33.3");
    assert.equal(region.node(2), "127.10.34.2");
    assert.deepEqual(armAddress(10), { host: "127.10.0.1", port: 8300 });
  });

  it("gives no two servers of the machine one endpoint", () => {
    const seen = new Set<string>();
    for (let b = BLOCKS.first; b <= BLOCKS.last; b += 1) {
      for (const { host, port } of fixedEndpoints(b)) {
        assert.ok(!seen.has(`${host}:${port}`), `${host}:${port} twice`);
        seen.add(`${host}:${port}`);
      }
    }
    assert.equal(seen.size, 99 * (1 + 16 * 10));
  });

  it("keeps every port out of the range that the kernel gives to outgoing connections", () => {
    fc.assert(
      fc.property(block, (b) => {
        for (const { port } of fixedEndpoints(b)) assert.ok(port > 1024 && port < 32_768);
      }),
    );
  });

  it("keeps every address within its own region's /20", () => {
    fc.assert(
      fc.property(block, slot, fc.integer({ min: 1, max: 254 }), (b, s, n) => {
        const region = regionAddresses(b, s);
        for (const address of [region.host, region.publicIp(n), region.node(n)]) {
          const [first, second, third = -1, fourth = 0] = address.split(".").map(Number);
          assert.deepEqual([first, second, Math.floor(third / 16)], [127, b, s]);
          assert.ok(fourth >= 1 && fourth <= 254);
        }
      }),
    );
  });

  it("refuses what does not exist", () => {
    assert.throws(
      () => regionAddresses(0, 0),
      /address block 0 does not exist: whole numbers from 1 to 99 do/,
    );
    assert.throws(() => regionAddresses(100, 0), /address block 100/);
    assert.throws(() => regionAddresses(1, 16), /region slot 16 does not exist: whole numbers from 0 to 15/);
    assert.throws(() => regionAddresses(1, 0.5), /region slot 0.5/);
    assert.throws(() => regionAddresses(1, 0).publicIp(255), /public IP number 255/);
    assert.throws(() => regionAddresses(1, 0).node(0), /node number 0/);
    assert.throws(() => armAddress(Number.NaN), /address block NaN/);
  });
});
