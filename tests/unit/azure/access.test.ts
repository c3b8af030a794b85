import assert from "node:assert/strict";
import fc from "fast-check";
import { authorizedRanges } from "../../../azure";

describe("authorized ranges of an API server", () => {
  const setting = { authorizedRanges: ["198.51.100.0/24"] };

  it("are the operator's, the own egress and the peers', sorted and once each", () => {
    assert.deepEqual(
      authorizedRanges({
        setting,
        ownEgress: ["203.0.113.9"],
        peerEgress: ["203.0.113.7", "198.51.100.0/24", "203.0.113.7"],
      }),
      ["198.51.100.0/24", "203.0.113.7/32", "203.0.113.9/32"],
    );
  });

  it("are none for an open API server, so that Azure lets everybody in", () => {
    assert.deepEqual(authorizedRanges({ setting: "open", ownEgress: ["1.2.3.4"], peerEgress: [] }), []);
  });

  it("refuse a private API server, which is not built", () => {
    assert.throws(() => authorizedRanges({ setting: "private", ownEgress: [], peerEgress: [] }), {
      message: 'global-mesh:apiAccess: "private" is not built yet; name authorizedRanges, or say open',
    });
  });

  it("do not depend on the order in which peers were read", () => {
    const address = fc.ipV4();
    fc.assert(
      fc.property(fc.array(address, { maxLength: 8 }), (peerEgress) => {
        const forwards = authorizedRanges({ setting, ownEgress: [], peerEgress });
        const backwards = authorizedRanges({ setting, ownEgress: [], peerEgress: peerEgress.toReversed() });
        assert.deepEqual(forwards, backwards);
        assert.ok(forwards.every((range) => range.includes("/")));
      }),
    );
  });
});
