import assert from "node:assert/strict";
import { requireIdentity } from "../../../cli/sandbox/context";
import { clusters } from "../../../cli/sandbox/istiod";
import { exitCodeOf, type VerifyReport } from "../../../cli/verify/report";
import { DEADLINE_SECONDS } from "../../../cli/verify/requests/job";
import { regionAddresses } from "../../../sandbox/addresses/layout";
import { execute } from "../../support/kube";
import { eventually } from "../node/support/cluster";
import { makeCacerts, makeRoot } from "../node/support/certificates";
import {
  HERE,
  leftJob,
  must,
  NAMESPACE,
  OURS,
  said,
  statesOf,
  THERE,
  verified,
  verifyUntil,
} from "./support";

/** Envoy takes no time that is negative. */
const REFUSED = {
  apiVersion: "networking.istio.io/v1alpha3",
  kind: "EnvoyFilter",
  metadata: { name: "verify-refused", namespace: NAMESPACE },
  spec: {
    workloadSelector: { labels: { app: "test-app" } },
    configPatches: [
      {
        applyTo: "CLUSTER",
        match: { context: "SIDECAR_INBOUND" },
        patch: { operation: "MERGE", value: { connect_timeout: "-1s" } },
      },
    ],
  },
};

const SYSTEM = ["-n", "istio-system"] as const;
const RESTART = [...SYSTEM, "delete", "pod", "-l", "app=istiod"] as const;

/** Something is broken by hand, one thing at a time, and mended as the command says. */
describe("mesh verify of a broken mesh", () => {
  const standing = verified();

  before("leave a Job, as a killed command does", async () => {
    await must(HERE, ["create", "-f", "-"], leftJob("mesh-verify-left"));
  });

  const refresh = (region: string) => standing.context.workspace.up(region, { refresh: true });

  async function assertHolds(): Promise<void> {
    assert.equal(exitCodeOf(await verifyUntil([])), 0);
  }

  /** The command that a fix names for the sandbox's shell. */
  function printed(report: VerifyReport, command: string): readonly string[] {
    assert.match(said(report), new RegExp(`npx mesh sandbox shell [^→]*-- ${command}`));
    return command.split(" ");
  }

  /** Runs a command as that shell does. */
  async function run([program = "", ...args]: readonly string[]): Promise<string> {
    const done = await execute(standing.context, program, args);
    assert.equal(done.code, 0, `${program} ${args.join(" ")}: ${done.stderr}`);
    return done.stdout;
  }

  /** Without an istiod nobody can be asked, and no proxy comes into the pod that sends requests; the others go on. */
  async function untilNobodyAnswers(cause: RegExp): Promise<VerifyReport> {
    const report = await verifyUntil(
      ["controlPlane", "sync", "proxies", "pushes", "requests"].map((check) => `${check} ${HERE}`),
    );
    assert.match(said(report), cause);
    assert.match(said(report), /injector does not answer.*check controlPlane/);
    assert.deepEqual(
      report.faults.map(({ check }) => check),
      ["controlPlane", "requests"],
    );
    assert.equal(statesOf(report, "proxies")[HERE], `unasked: no istiod of ${HERE} answers`);
    return report;
  }

  it("names an access rule that is gone by who is refused where", async () => {
    await must(THERE, ["-n", NAMESPACE, "delete", "authorizationpolicy", "test-app-policy"]);
    const report = await verifyUntil([`policies ${THERE}`, `requests ${HERE}`, `requests ${THERE}`]);
    assert.equal(exitCodeOf(report), 1);
    for (const from of [HERE, THERE])
      assert.match(
        said(report),
        new RegExp(`request ${from} → ${THERE}: HTTP 403: RBAC: access denied.*access rule`),
      );
    assert.doesNotMatch(said(report), new RegExp(`request .* → ${HERE}`));
    await refresh(THERE);
    await assertHolds();
  });

  it("names a route of a region that is gone, though requests are answered", async () => {
    await must(HERE, ["-n", NAMESPACE, "delete", "virtualservice", "test-app"]);
    const report = await verifyUntil([`policies ${HERE}`, `requests ${HERE}`]);
    assert.match(said(report), /HTTP 200, but by no route of a region/);
    await refresh(HERE);
    await assertHolds();
  });

  it("names a link that is gone; istiod forgets what it knew by it when it starts again", async () => {
    await must(HERE, [...SYSTEM, "delete", "secret", `istio-remote-secret-${THERE}-cluster`]);
    await must(HERE, RESTART);
    const report = await verifyUntil([`links ${HERE}`, `sync ${HERE}`, `requests ${HERE}`]);
    assert.match(
      said(report),
      new RegExp(`request ${HERE} → ${THERE}: HTTP 503: no healthy upstream.*links and sync say of ${HERE}`),
    );
    await refresh(HERE);
    await assertHolds();
  });

  it("names workloads that istiod goes on with once their cluster is unlinked, until it starts again", async () => {
    // The other region once more, as if it were a third one.
    const [linked, left] = [`${THERE}-cluster`, "left-cluster"];
    const { data, metadata, ...rest } = JSON.parse(
      await must(HERE, [...SYSTEM, "get", "secret", `istio-remote-secret-${linked}`, "-o", "json"]),
    ) as { data: Record<string, string>; metadata: { labels: object } };
    const name = `istio-remote-secret-${left}`;
    await must(HERE, ["create", "-f", "-"], {
      ...rest,
      metadata: { name, namespace: "istio-system", labels: metadata.labels },
      data: { [left]: data[linked] },
    });
    await verifyUntil([`links ${HERE}`]);
    const { block, slots } = requireIdentity(standing.context.home);
    const { istiod } = regionAddresses(block, slots[HERE] ?? assert.fail());
    await eventually("an istiod that has read it", 60_000, async () => {
      const read = (await clusters(istiod)).find(({ id }) => id === left);
      return read?.syncStatus === "synced" ? true : undefined;
    });
    await must(HERE, [...SYSTEM, "delete", "secret", name]);
    const report = await verifyUntil([`sync ${HERE}`]);
    assert.match(
      said(report),
      new RegExp(`addresses in ${left}, as istiod .* of ${HERE} .*rollout restart deployment/istiod`),
    );
    await must(HERE, [...SYSTEM, "rollout", "restart", "deployment/istiod"]);
    await assertHolds();
  });

  it("names an istiod that is scaled to nothing as one fault, and the printed command mends it", async () => {
    await must(HERE, [...SYSTEM, "scale", "deployment", "istiod", "--replicas=0"]);
    const report = await untilNobodyAnswers(/scaled to nothing/);
    const scale = `kubectl --context ${HERE}-cluster -n istio-system scale deployment istiod --replicas=1`;
    await run(printed(report, scale));
    await assertHolds();
  });

  it("names an istiod whose Deployment is gone, and Helm makes it again as the fix says", async () => {
    await must(HERE, [...SYSTEM, "delete", "deployment", "istiod"]);
    const report = await untilNobodyAnswers(/istio-system has no Deployment of it/);
    const helm = `helm --kube-context ${HERE}-cluster -n istio-system`;
    const history = JSON.parse(
      await run([...printed(report, `${helm} history istiod`), "--max", "1", "-o", "json"]),
    ) as { revision: number }[];
    const newest = history.at(-1)?.revision ?? assert.fail("Helm has no revision of istiod");
    await run([...printed(report, `${helm} rollback istiod`), String(newest)]);
    await assertHolds();
  });

  it("names an object that a proxy refuses, while requests pass", async () => {
    await must(HERE, ["create", "-f", "-"], REFUSED);
    const report = await verifyUntil([`pushes ${HERE}`]);
    assert.match(said(report), /Cluster of proxy test-app-.*refuses the last push/);
    await must(HERE, ["-n", NAMESPACE, "delete", "envoyfilter", "verify-refused"]);
    await assertHolds();
  });

  it("names a region in which nobody is there to answer", async () => {
    const scale = (replicas: number) =>
      must(THERE, ["-n", NAMESPACE, "scale", "deployment", "test-app", `--replicas=${replicas}`]);
    await scale(0);
    const report = await verifyUntil([`requests ${HERE}`, `requests ${THERE}`]);
    assert.match(said(report), new RegExp(`request ${HERE} → ${THERE}: no workload .* is ready there`));
    await scale(1);
    await assertHolds();
  });

  it("names a region whose workloads have another root, and whom they do not reach", async () => {
    const files = await makeCacerts(await makeRoot("a root of nobody"), `intermediate of ${THERE}`);
    const data = Object.fromEntries(
      Object.entries(files).map(([name, pem]) => [name, Buffer.from(pem).toString("base64")]),
    );
    // By standard input: keys are no arguments of a process.
    const secret = JSON.parse(
      await must(THERE, [...SYSTEM, "get", "secret", "cacerts", "-o", "json"]),
    ) as object;
    await must(THERE, ["replace", "-f", "-"], { ...secret, data });
    await must(THERE, RESTART);
    const report = await verifyUntil([`root ${THERE}`, `requests ${THERE}`]);
    assert.match(
      said(report),
      new RegExp(`request ${THERE} → ${HERE}.*: HTTP 503: .*trust each other's certificates.*check root`),
    );
    await refresh(THERE);
    await must(THERE, RESTART);
    await assertHolds();
  });

  // Last: by then the time of the Job is over, and nothing but a run deletes it.
  it("removes a Job that a killed command left, once nobody can be waiting for it any more", () =>
    eventually("run that removes the Job", 2 * DEADLINE_SECONDS * 1000, async () => {
      await assertHolds();
      const jobs = await must(HERE, ["-n", NAMESPACE, "get", "jobs", "-l", OURS, "-o", "name"]);
      return jobs === "" ? true : undefined;
    }));
});
