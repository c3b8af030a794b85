import assert from "node:assert/strict";
import {
  judgePeer,
  linkedBefore,
  pendingWarning,
  summarize,
  type Peer,
} from "../../../components/link/peers";
import type { StackReading } from "../../../components/internal/stack";

const stack = "organization/global-mesh/westeurope";
const question = { self: "eastus", region: "westeurope", cluster: "westeurope-cluster", linkedBefore: false };
const credential = { opaque: "a secret output" };
const outputs = {
  linkContract: {
    version: 1,
    cluster: "westeurope-cluster",
    secretNames: ["kubeconfig", "readerCredential"],
  },
  kubeconfig: { opaque: "another" },
  readerCredential: credential,
  egressAddresses: ["203.0.113.2"],
  virtualNetwork: { id: "/vnet", resourceGuid: "guid" },
  linkedPeers: ["southeastasia"],
};
const present = (all: Readonly<Record<string, unknown>>): Record<string, unknown> =>
  Object.fromEntries(Object.entries(all).filter(([, value]) => value !== undefined));
const reading = (changed: Readonly<Record<string, unknown>> = {}): StackReading => ({
  kind: "outputs",
  stack,
  outputs: present({ ...outputs, ...changed }),
});
const linked = {
  state: "linked",
  region: "westeurope",
  cluster: "westeurope-cluster",
  credential,
  egressAddresses: ["203.0.113.2"],
  virtualNetwork: { id: "/vnet", resourceGuid: "guid" },
  mutual: false,
};

describe("a peer", () => {
  it("is linked when its stack says all that a link needs", () => {
    assert.deepEqual(judgePeer(question, reading()), linked);
  });

  it("is mutual when it lists this region", () => {
    assert.deepEqual(judgePeer(question, reading({ linkedPeers: ["eastus"] })), { ...linked, mutual: true });
  });

  it("is linked without a network where it has none of ours", () => {
    const peer = judgePeer(question, reading({ virtualNetwork: undefined, egressAddresses: [] }));
    assert.deepEqual(peer, present({ ...linked, virtualNetwork: undefined, egressAddresses: [] }));
  });

  const pending: readonly [Exclude<StackReading["kind"], "outputs">, string][] = [
    ["unknown-stack", "does not exist yet"],
    ["no-resources", "holds no resources: it was never brought up, or was destroyed"],
    ["no-outputs", "has no outputs yet: its first update did not finish"],
  ];
  for (const [kind, words] of pending) {
    it(`is pending when its stack ${words}`, () => {
      const expected = {
        state: "pending",
        region: "westeurope",
        cluster: "westeurope-cluster",
        stack,
      } as const;
      assert.deepEqual(judgePeer(question, { kind, stack }), { ...expected, reason: kind });
      assert.equal(
        pendingWarning("eastus", { ...expected, reason: kind }),
        `region westeurope is pending, not linked: its stack ${stack} ${words}. When it stands, run pulumi up ` +
          "--stack eastus once more. If it is gone for good, take it out of global-mesh:regions",
      );
    });
  }

  const gone =
    "If the region is gone for good, name it in global-mesh:leaving or take it out of global-mesh:regions, and run " +
    "pulumi up --stack eastus once more";
  const lost: readonly ["unknown-stack" | "no-outputs", string][] = [
    ["unknown-stack", "does not exist, or you may not read it"],
    ["no-outputs", "has resources but no outputs"],
  ];
  for (const [kind, words] of lost) {
    it(`that is linked is an error when its stack ${words}`, () => {
      assert.throws(() => judgePeer({ ...question, linkedBefore: true }, { kind, stack }), {
        message:
          `region westeurope is linked, and its stack ${stack} ${words}. The link is kept and nothing was changed. See ` +
          "that you may read the stack and that its last update finished: pulumi up --stack westeurope. " +
          gone,
      });
    });
  }

  it("that is linked is unlinked when its stack plainly holds nothing any more", () => {
    const peer = judgePeer({ ...question, linkedBefore: true }, { kind: "no-resources", stack });
    assert.equal(peer.state, "pending");
  });

  it("that is linked stays so when its stack says all", () => {
    assert.deepEqual(judgePeer({ ...question, linkedBefore: true }, reading()), linked);
  });

  /** Faults in reading: each an error and none a reason to unlink. */
  const faults: readonly [string, Readonly<Record<string, unknown>>, string][] = [
    [
      "a secret of the contract is missing",
      { readerCredential: undefined },
      `stack ${stack}: wrong secrets provider. It exports readerCredential, which could not be decrypted with the ` +
        "key or passphrase in use here. All stacks of a mesh share one secrets provider: set the same " +
        "PULUMI_CONFIG_PASSPHRASE, or pulumi stack change-secrets-provider",
    ],
    [
      "it has outputs but no contract",
      { linkContract: undefined },
      `stack ${stack} has outputs but no linkContract: it is not a stack of this program, or of a version from ` +
        "before contracts. Bring it up once with this version, or use another stack name",
    ],
    [
      "its contract is no contract",
      { linkContract: { version: "1" } },
      `stack ${stack} has outputs but no linkContract: it is not a stack of this program, or of a version from ` +
        "before contracts. Bring it up once with this version, or use another stack name",
    ],
    [
      "its contract is of another version",
      { linkContract: { ...outputs.linkContract, version: 2 } },
      `stack ${stack} speaks version 2 of the outputs, this program version 1: bring it up once with this version ` +
        "of the program",
    ],
    [
      "its cluster has another name",
      { linkContract: { ...outputs.linkContract, cluster: "other-cluster" } },
      `stack ${stack} says that its cluster is other-cluster, the regions table says westeurope-cluster: a remote ` +
        "secret under the wrong name would link the wrong cluster. Give each region its own stack name",
    ],
    [
      "it exports no credential at all",
      { linkContract: { ...outputs.linkContract, secretNames: [] }, readerCredential: undefined },
      `stack ${stack} exports no readerCredential: bring it up once with this version`,
    ],
    ...(["egressAddresses", "linkedPeers"] as const).flatMap((name) =>
      [undefined, null, "203.0.113.2", [1], { 0: "a" }].map(
        (value): [string, Readonly<Record<string, unknown>>, string] => [
          `${name} is ${JSON.stringify(value)}`,
          { [name]: value },
          `stack ${stack}: output ${name} is not understood; allowed is a list of texts. Bring the stack up once with ` +
            `this version: pulumi up --stack ${stack}`,
        ],
      ),
    ),
    ...[null, "/vnet", { id: "/vnet" }, { id: 1, resourceGuid: "guid" }].map(
      (value): [string, Readonly<Record<string, unknown>>, string] => [
        `virtualNetwork is ${JSON.stringify(value)}`,
        { virtualNetwork: value },
        `stack ${stack}: output virtualNetwork is not understood; allowed is an object with id and resourceGuid, or ` +
          `nothing. Bring the stack up once with this version: pulumi up --stack ${stack}`,
      ],
    ),
  ];
  for (const [what, changed, message] of faults) {
    it(`is an error when ${what}`, () => {
      assert.throws(() => judgePeer(question, reading(changed)), { message });
    });
  }
});

describe("the peers that a region linked before", () => {
  it("are those that its own outputs list, whatever else is missing there", () => {
    const own = { linkContract: outputs.linkContract, linkedPeers: ["westeurope"] };
    assert.deepEqual(linkedBefore({ kind: "outputs", stack, outputs: own }), ["westeurope"]);
  });

  it("are none before its first update came to an end", () => {
    for (const kind of ["unknown-stack", "no-resources", "no-outputs"] as const) {
      assert.deepEqual(linkedBefore({ kind, stack }), []);
    }
    assert.deepEqual(linkedBefore({ kind: "outputs", stack, outputs: { clusterName: "c" } }), []);
  });

  it("are an error where the list is none: taken for empty it would unlink", () => {
    assert.throws(() => linkedBefore({ kind: "outputs", stack, outputs: { linkedPeers: "westeurope" } }), {
      message: /output linkedPeers is not understood/,
    });
  });
});

describe("the summary of peers", () => {
  it("names regions by how they stand, sorted", () => {
    const at = (region: string, mutual: boolean): Peer => ({
      state: "linked",
      region,
      cluster: `${region}-cluster`,
      credential,
      egressAddresses: [],
      mutual,
    });
    const waiting: Peer = {
      state: "pending",
      region: "b",
      cluster: "b-cluster",
      stack,
      reason: "no-outputs",
    };
    assert.deepEqual(summarize([at("d", true), waiting, at("a", false), at("c", true)]), {
      linkedPeers: ["a", "c", "d"],
      mutualPeers: ["c", "d"],
      pendingPeers: ["b"],
    });
  });

  it("is empty for a region alone", () => {
    assert.deepEqual(summarize([]), { linkedPeers: [], mutualPeers: [], pendingPeers: [] });
  });
});
