import assert from "node:assert/strict";
import { X509Certificate } from "node:crypto";
import { CHECK_NAMES, type CheckName } from "../../../cli/verify/check";
import type {
  AnalysisMessage,
  IstiodFacts,
  LivePolicy,
  RegionFacts,
  RegionWanted,
} from "../../../cli/verify/facts";
import { judgeMesh, judgeRegion, type Measure, type RegionCase } from "../../../cli/verify/judge";
import { certificates, healthy, ISTIOD, PROXY, REMOTE, WANTED, type Certificates } from "./support";

const MEASURE: Omit<Measure, "now"> = { expiryDays: 90, strict: false };
const DAY_MS = 86_400_000;

describe("mesh verify judges", () => {
  let pem: Certificates;
  let facts: RegionFacts;
  let policy: LivePolicy;

  before(async () => {
    pem = await certificates();
    facts = healthy(pem, new X509Certificate(pem.root.certificate).fingerprint256);
    assert.ok("value" in facts.policies);
    const [first] = facts.policies.value;
    assert.ok(first);
    policy = first;
  });

  interface Given {
    readonly wanted?: Partial<RegionWanted>;
    readonly facts?: Partial<RegionFacts>;
    readonly messages?: readonly AnalysisMessage[];
    readonly roots?: string;
    readonly measure?: Partial<Measure>;
    readonly more?: Partial<RegionCase>;
  }

  function judge(given: Given = {}) {
    const stood = { ...facts, ...given.facts };
    const region: RegionCase = {
      wanted: { ...WANTED, ...given.wanted },
      facts: stood,
      governor: stood,
      roots: { value: given.roots ?? pem.root.certificate },
      messages: { value: given.messages ?? [] },
      mesh: new Map([
        [WANTED.name, WANTED],
        [REMOTE.name, REMOTE],
      ]),
      ...given.more,
    };
    return judgeRegion(region, { ...MEASURE, now: new Date(), ...given.measure });
  }

  /** The checks that do not hold are exactly these, and the cause or fix of the first fault says that. */
  function assertBroken(given: Given, checks: readonly CheckName[], says: RegExp): void {
    const outcomes = judge(given);
    const broken = CHECK_NAMES.filter((check) => outcomes[check].state === "broken");
    assert.deepEqual(broken, checks);
    const [fault] = broken.flatMap((check) => outcomes[check].faults);
    assert.ok(fault);
    assert.match(`${fault.what}: ${fault.cause} → ${fault.fix}`, says);
  }

  const istiod = (change: Partial<IstiodFacts>): Partial<RegionFacts> => ({
    istiods: { value: [{ ...ISTIOD, ...change }] },
  });

  it("a region in which all is well as holding, with requests alone not asked", () => {
    const outcomes = judge();
    const states = CHECK_NAMES.map((check) => [check, outcomes[check].state]);
    assert.deepEqual(
      states,
      CHECK_NAMES.map((check) => [check, check === "requests" ? "absent" : "holds"]),
    );
    assert.deepEqual(
      CHECK_NAMES.flatMap((check) => [...outcomes[check].faults, ...outcomes[check].notes]),
      [],
    );
  });

  it("a remote by its control plane's istiod", () => {
    const outcomes = judge({ wanted: REMOTE, more: { messages: undefined } });
    for (const check of ["controlPlane", "links", "sync", "certificates", "policies", "analysis"] as const)
      assert.deepEqual([outcomes[check].state, outcomes[check].detail], ["absent", "by eastus"], check);
    assert.equal(outcomes.pushes.state, "holds");
    // Its pods are to be known to that istiod as its own.
    assert.equal(outcomes.proxies.state, "broken");
  });

  describe("the control plane", () => {
    const plane = { name: "istiod", revision: "default", replicas: 2, ready: 2, observed: true };
    const cases: readonly [string, Partial<RegionFacts>, RegExp][] = [
      ["replicas are not ready", { controlPlane: { value: [{ ...plane, ready: 1 }] } }, /1 of 2 replicas/],
      [
        "it is scaled to nothing",
        { controlPlane: { value: [{ ...plane, replicas: 0, ready: 0 }] } },
        /scaled .*→ kubectl -n istio-system scale deployment istiod --replicas=1/,
      ],
      [
        "the change is not taken up",
        { controlPlane: { value: [{ ...plane, observed: false }] } },
        /taken up/,
      ],
      [
        "only another revision",
        { controlPlane: { value: [{ ...plane, revision: "1-30" }] } },
        /only of 1-30/,
      ],
      [
        "no Deployment",
        { controlPlane: { value: [] } },
        /no Deployment of it → helm -n istio-system history istiod .*helm -n istio-system rollback istiod <newest/,
      ],
      ["another version", istiod({ version: "1.30.4" }), /istiod-1 .*1\.30\.4.*1\.31\.1/],
    ];
    for (const [title, change, says] of cases)
      it(`as broken: ${title}`, () => assertBroken({ facts: change }, ["controlPlane"], says));

    it("by the Helm release of its revision", () =>
      assertBroken(
        { wanted: { revision: "1-31" }, facts: { controlPlane: { value: [] } } },
        ["controlPlane"],
        /rollback istiod-1-31 <newest revision>.* no such release: pulumi up --refresh --stack eastus/,
      ));

    it("as one fault where no istiod runs: of what it would say, nothing is known", () => {
      const controlPlane = { value: [{ ...plane, replicas: 0, ready: 0 }] };
      const given = { facts: { controlPlane, istiods: { value: [] } } };
      assertBroken(given, ["controlPlane"], /scaled/);
      const outcomes = judge(given);
      for (const check of ["sync", "proxies", "pushes"] as const)
        assert.deepEqual(
          [outcomes[check].state, outcomes[check].detail],
          ["unasked", "no istiod of eastus answers"],
          check,
        );
      const remote = judge({ ...given, wanted: REMOTE });
      assert.equal(remote.pushes.detail, "no istiod of eastus answers");
    });

    it("as not asked where its pods went after the Deployment was looked at", () => {
      const { controlPlane } = judge({ facts: { istiods: { value: [] } } });
      assert.deepEqual([controlPlane.state, controlPlane.detail], ["unasked", "no istiod of eastus answers"]);
      const other = { ...ISTIOD, revision: "canary" };
      assert.equal(judge({ facts: { istiods: { value: [other] } } }).controlPlane.state, "unasked");
    });
  });

  describe("links and remote clusters", () => {
    it("a deleted remote secret as one somebody deleted, and the peer as not known", () => {
      const [own] = ISTIOD.clusters;
      assert.ok(own);
      assertBroken(
        { facts: { remoteSecrets: { value: [] }, ...istiod({ clusters: [own] }) } },
        ["links", "sync"],
        /gone .*somebody deleted it → pulumi up --refresh --stack eastus/,
      );
    });

    it("a pending peer as one for the next update", () => {
      const stack = {
        ...facts.stack,
        linkedPeers: [],
        pendingPeers: ["westeurope"],
      } as RegionFacts["stack"] & object;
      assertBroken(
        { facts: { stack, remoteSecrets: { value: [] } } },
        ["links"],
        /pending → pulumi up --stack eastus/,
      );
    });

    it("a secret of nobody, of itself and a second one of a peer as too many", () => {
      const secrets = (...more: readonly (readonly [string, string])[]): Partial<RegionFacts> => ({
        remoteSecrets: {
          value: [
            { name: "istio-remote-secret-westeurope-cluster", clusters: ["westeurope-cluster"] },
            ...more.map(([name, cluster]) => ({ name, clusters: [cluster] })),
          ],
        },
      });
      assertBroken(
        { facts: secrets(["old", "gone-cluster"]) },
        ["links"],
        /read gone-cluster, which is no peer/,
      );
      assertBroken({ facts: secrets(["own", "eastus-cluster"]) }, ["links"], /to itself/);
      assertBroken({ facts: secrets(["more", "westeurope-cluster"]) }, ["links"], /more both name it/);
    });

    for (const [status, says] of [
      ["timeout", /gave up .*ready without/],
      ["syncing", /for the first time/],
      ["closed", /stopped reading/],
      ["odd", /calls it "odd"/],
    ] as const) {
      it(`a cluster that istiod calls ${status} as not synced, however ready istiod is`, () => {
        const clusters = [{ id: "westeurope-cluster", secretName: "s", syncStatus: status }];
        assertBroken({ facts: istiod({ clusters }) }, ["sync"], says);
      });
    }

    it("a secret that istiod refuses as that", () =>
      assertBroken({ facts: istiod({ clusters: [] }) }, ["sync"], /it refuses what the secret holds/));

    it("workloads of a cluster that istiod has not read for long, each replica's own", () => {
      const workloads = { ...ISTIOD.workloads, "southeastasia-cluster": 4 };
      const late = { ...ISTIOD, pod: "istiod-2", workloads };
      const given = { facts: { istiods: { value: [ISTIOD, late] } } };
      assertBroken(
        given,
        ["sync"],
        /^4 addresses in southeastasia-cluster, as istiod istiod-2 .*rollout restart deployment\/istiod$/,
      );
      assert.equal(judge(given).sync.faults.length, 1);
      // A cluster that it does read is the affair of the check `links`.
      const clusters = [
        ...ISTIOD.clusters,
        { id: "southeastasia-cluster", secretName: "s", syncStatus: "synced" },
      ];
      assert.equal(judge({ facts: istiod({ workloads, clusters }) }).sync.state, "holds");
    });

    it("every replica of istiod, and not one of another revision", () => {
      const late = { ...ISTIOD, pod: "istiod-2", clusters: [] };
      assertBroken({ facts: { istiods: { value: [ISTIOD, late] } } }, ["sync"], /istiod-2/);
      const other = { ...late, revision: "canary", version: "1.32.0" };
      assert.equal(judge({ facts: { istiods: { value: [ISTIOD, other] } } }).sync.state, "holds");
    });
  });

  describe("proxies and pushes", () => {
    it("a ready pod that no istiod knows as cut off", () =>
      assertBroken(
        { facts: istiod({ proxies: [] }) },
        ["proxies"],
        /frontend-1\.production .*no istiod .*-n production logs frontend-1/,
      ));

    it("a push without its acknowledgement as behind", () => {
      const proxies = [
        { ...PROXY, resources: { Cluster: { sent: "b", acked: "a" }, Listener: { sent: "c" } } },
      ];
      assertBroken({ facts: istiod({ proxies }) }, ["proxies"], /the last push of Cluster, Listener/);
      const both = [...proxies, { ...PROXY, proxy: "cart-1.production" }];
      assert.equal(judge({ facts: istiod({ proxies: both }) }).proxies.detail, "1 in sync");
    });

    it("a refused push as that, with the proxy's words, and not as one that is behind", () => {
      const resources = { Listener: { sent: "b", acked: "a", lastError: "no such filter\n" } };
      assertBroken(
        { facts: istiod({ proxies: [{ ...PROXY, resources }], rejects: 1 }) },
        ["pushes"],
        /Listener of proxy frontend-1\.production in eastus: .*: no such filter →/,
      );
    });

    it("pushes that were refused and made good as a note", () => {
      const { pushes } = judge({ facts: istiod({ rejects: 3 }) });
      assert.deepEqual([pushes.state, pushes.notes.length], ["holds", 1]);
    });

    it("pods with no process behind them not at all, but counts them", () => {
      const given = { proxyPods: { value: { ready: [], simulated: 2 } }, ...istiod({ proxies: [] }) };
      assert.deepEqual(judge({ facts: given }).proxies.detail, "0 in sync, 2 simulated");
    });
  });

  describe("trust", () => {
    it("another root in a namespace, and one that is missing or no certificate", () => {
      const published = (...all: string[]): Partial<RegionFacts> => ({
        publishedRoots: {
          value: all.map((text, index) => ({ namespace: index === 0 ? "production" : "x", pem: text })),
        },
      });
      assertBroken(
        { facts: published(pem.otherRoot.certificate) },
        ["root"],
        /production\/istio-ca-root-cert .*it holds root/,
      );
      assertBroken({ facts: published() }, ["root"], /it is missing/);
      assertBroken(
        { facts: published(pem.root.certificate, "nothing") },
        ["root"],
        /x\/istio-ca-root-cert.*no certificate/,
      );
    });

    it("cacerts that are gone, of another root, or signed by none of theirs", () => {
      const authority = (
        value: { certificate: string; roots: string } | undefined,
      ): Partial<RegionFacts> => ({
        authority: { value },
      });
      const { intermediate, otherRoot, root } = pem;
      assertBroken({ facts: authority(undefined) }, ["root"], /it is gone/);
      assertBroken(
        { facts: authority({ certificate: intermediate.certificate, roots: otherRoot.certificate }) },
        ["root"],
        /cacerts in eastus: it holds root/,
      );
      assertBroken(
        { facts: authority({ certificate: otherRoot.certificate, roots: root.certificate }) },
        ["root"],
        /signed by none of the roots/,
      );
    });

    it("a stack that was brought up with another root than global has now", () => {
      const stack = { ...facts.stack, rootFingerprint: "AA:BB" } as RegionFacts["stack"] & object;
      assertBroken({ facts: { stack } }, ["root"], /stack eastus: .*AA:BB, which stack global has not/);
    });

    it("two roots as one trust where global has both", () => {
      const both = `${pem.otherRoot.certificate}\n${pem.root.certificate}`;
      const given = {
        authority: { value: { certificate: pem.intermediate.certificate, roots: both } },
        publishedRoots: { value: [{ namespace: "production", pem: both }] },
      };
      assert.equal(judge({ facts: given, roots: both }).root.state, "holds");
    });

    const ends: readonly [string, number, RegExp][] = [
      ["near its end", 365 - 30, /in (29|30) days; less than 90/],
      ["at its end", 365 + 10, /it ended on/],
      ["before its beginning", -2, /not yet/],
    ];
    for (const [title, days, says] of ends)
      it(`an intermediate ${title}`, () => {
        const now = new Date(Date.now() + days * DAY_MS);
        assertBroken({ measure: { now } }, ["certificates"], says);
      });

    it("by the days that it is told", () => {
      const now = new Date(Date.now() + (365 - 30) * DAY_MS);
      assert.equal(judge({ measure: { now, expiryDays: 20 } }).certificates.state, "holds");
      // Then the root, of ten years, is near its end, too.
      assert.equal(judge({ measure: { expiryDays: 4000 } }).certificates.faults.length, 2);
    });
  });

  describe("policies", () => {
    const live = (...value: readonly LivePolicy[]): Partial<RegionFacts> => ({ policies: { value } });

    it("one that is gone, one that was edited, and one too many", () => {
      assertBroken({ facts: live() }, ["policies"], /somebody deleted it/);
      const spec = { hosts: ["ai-agent.global"], http: [{ route: [{ weight: 50 }, { weight: 50 }] }] };
      assertBroken(
        { facts: live({ ...policy, spec }) },
        ["policies"],
        /spec\.http\[0\]\.route\[0\]\.weight, spec\.http\[0\]\.route\[1\]\.weight: edited/,
      );
      assertBroken(
        { facts: live({ ...policy, spec: { ...(policy.spec as object), more: 1 } }) },
        ["policies"],
        /spec\.more/,
      );
      assertBroken({ facts: live({ ...policy, labels: {} }) }, ["policies"], /metadata\.labels/);
      const west = { ...policy, key: "production/Sidecar/west" };
      assertBroken(
        { facts: live(policy, west) },
        ["policies"],
        /other regions only → kubectl -n production delete sidecar west/,
      );
      assert.equal(judge({ facts: live(policy, { ...west, ours: false }) }).policies.state, "holds");
    });

    it("a catalog that is ahead of the stack", () => {
      const matrix = { ...WANTED.matrix, "production/Sidecar/new": ["eastus"] };
      assertBroken(
        { wanted: { matrix } },
        ["policies"],
        /changed since its last update: production\/Sidecar\/new come/,
      );
    });

    it("a primary's objects as those of its remotes, too", () => {
      const west = { ...policy, key: "production/Sidecar/west" };
      const given = { wanted: { governs: ["eastus", "westeurope"] }, facts: live(policy, west) };
      assert.equal(judge(given).policies.detail, "2 of 2");
    });
  });

  describe("what could not be asked", () => {
    it("an API server that does not answer as broken, and nothing else of it", () => {
      const failed = { failed: "not reached" };
      const all = { controlPlane: failed, istiods: failed, remoteSecrets: failed, proxyPods: failed };
      const more = { inhabited: failed, authority: failed, publishedRoots: failed, policies: failed };
      const reach = { failed: "cluster x: the API server https://x cannot be reached: ECONNREFUSED" };
      assertBroken({ facts: { ...all, ...more, reach } }, ["reach"], /ECONNREFUSED/);
      const outcomes = judge({ facts: { ...all, ...more, reach } });
      assert.equal(outcomes.sync.state, "unasked");
    });

    for (const failed of [
      "the kubeconfig's exec command kubelogin is not on PATH.",
      "GET /version: 401: Unauthorized",
      "There is no pulumi on PATH: https://www.pulumi.com/docs/install",
    ])
      it(`what lies with who asks as not asked: ${failed}`, () => {
        assert.equal(judge({ facts: { reach: { failed } } }).reach.state, "unasked");
      });

    it("a region without a stack as one that does not stand", () =>
      assertBroken(
        { more: { gone: "there is no stack eastus" } },
        ["reach"],
        /region eastus: there is no stack/,
      ));
  });

  describe("the mesh", () => {
    it("as holding where all regions do, as broken where one does not", () => {
      const [well, ill] = [judge(), judge({ facts: istiod({ clusters: [] }) })];
      const of = (west: typeof well) =>
        judgeMesh(
          new Map([
            ["eastus", well],
            ["westeurope", west],
          ]),
          new Map([
            ["eastus", facts],
            ["westeurope", facts],
          ]),
        );
      assert.deepEqual([of(well).sync.state, of(well).sync.detail], ["holds", "2 of 2 regions"]);
      assert.deepEqual([of(ill).sync.state, of(ill).sync.detail], ["broken", "1 of 2 regions"]);
      assert.equal(of(ill).root.state, "holds");
    });

    it("two roots and two matrices of regions that hold by themselves", () => {
      const well = judge();
      const stack = { ...facts.stack, policyMatrix: {} } as RegionFacts["stack"] & object;
      const west = {
        ...facts,
        stack,
        publishedRoots: { value: [{ namespace: "n", pem: pem.otherRoot.certificate }] },
      };
      const outcomes = new Map([
        ["eastus", well],
        ["westeurope", well],
      ]);
      const mesh = judgeMesh(
        outcomes,
        new Map([
          ["eastus", facts],
          ["westeurope", west],
        ]),
      );
      assert.match(mesh.root.faults[0]?.cause ?? "", /eastus: .*; westeurope: /);
      assert.match(mesh.policies.faults[0]?.cause ?? "", /westeurope and eastus .*different catalogs/);
      assert.match(
        mesh.policies.faults[0]?.fix ?? "",
        /pulumi up --stack eastus; pulumi up --stack westeurope$/,
      );
    });
  });
});
