import assert from "node:assert/strict";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { catalog } from "../../../catalog";
import { CHECK_NAMES, type CheckName } from "../../../cli/verify/check";
import { verifyCommand } from "../../../cli/verify/command";
import { withoutNodePorts } from "../../../cli/verify/ask/services";
import { exitCodeOf, reportOf, type VerifyReport } from "../../../cli/verify/report";
import type { RequestRunner } from "../../../cli/verify/requests/runner";
import { sandboxWays } from "../../../cli/verify/sandbox";
import { verify, type VerifyArgs } from "../../../cli/verify/verify";
import { UsageError } from "../../../cli/usage";
import { fakePlace, FakeRegion, kubeconfigOf, MESH, pod, SYNCED, type Istiods } from "./mesh";
import { certificates } from "./support";

const CLUSTERS = { eastus: "eastus-cluster", westeurope: "westeurope-cluster" } as const;
type Region = keyof typeof CLUSTERS;
const never = new AbortController().signal;

describe("mesh verify", function () {
  // Two seconds pass between two looks, and more on a busy machine.
  this.timeout(120_000);

  let regions: Record<Region, FakeRegion>;
  let servers: Record<string, string>;
  let istiods: Istiods;
  let folder: string;
  /** Regions that requests were sent from, and to whom. */
  let sent: [from: string, to: readonly string[]][];

  const runner: RequestRunner = {
    send: ({ from, to, note }) => {
      sent.push([from, to]);
      if (from === "eastus") note("a Job stays");
      const answer = (region: string) => ({ exitCode: 0, status: 200, region, retries: 0, words: "" });
      return Promise.resolve(new Map(to.map((region) => [region, answer(region)])));
    },
  };

  beforeEach(async () => {
    const pem = await certificates();
    regions = { eastus: new FakeRegion("eastus", pem), westeurope: new FakeRegion("westeurope", pem) };
    servers = {};
    for (const [name, cluster] of Object.entries(CLUSTERS))
      servers[cluster] = await regions[name as Region].start();
    istiods = () => ({});
    sent = [];
    folder = mkdtempSync(path.join(tmpdir(), "verify-test-"));
    analyzer("echo '[]'");
  });

  afterEach(() => {
    for (const region of Object.values(regions)) region.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  /** What stands for istioctl. */
  function analyzer(script: string): void {
    writeFileSync(path.join(folder, "istioctl"), `#!/bin/sh\n${script}\n`, { mode: 0o755 });
  }

  async function report(
    more: Partial<VerifyArgs> = {},
    user: object = { token: "t" },
  ): Promise<VerifyReport> {
    const place = fakePlace(kubeconfigOf(servers, user), istiods, folder);
    const measure = { now: new Date(), expiryDays: 90, strict: false };
    const args = { wanted: MESH, place, skip: [], measure, waitSeconds: 0, requests: runner, ...more };
    return reportOf(await verify(args, never));
  }

  /** Checks in one of two states, as `reach eastus`. */
  function having(state: string, { checks }: VerifyReport): string[] {
    return checks
      .filter((one) => one.state === state && one.scope !== "mesh")
      .map(({ check, scope }) => `${check} ${scope}`);
  }

  it("holds where all is well, and sends requests from every region to every region", async () => {
    const found = await report();
    assert.deepEqual(found.faults, []);
    assert.deepEqual(
      found.checks.filter(({ state }) => state === "unasked"),
      [],
    );
    assert.equal(exitCodeOf(found), 0);
    assert.deepEqual(found.notes, ["a Job stays"]);
    assert.deepEqual(sent, [
      ["eastus", ["eastus", "westeurope"]],
      ["westeurope", ["eastus", "westeurope"]],
    ]);
  });

  describe("of a kubeconfig that cannot be used", () => {
    it("shows what the other regions say, where it has no context for one", async () => {
      delete servers["westeurope-cluster"];
      const found = await report();
      assert.deepEqual(found.faults, []);
      assert.equal(exitCodeOf(found), 2);
      assert.ok(having("holds", found).includes("reach eastus"));
      assert.ok(having("holds", found).includes("requests eastus"));
      assert.ok(having("unasked", found).includes("requests westeurope"));
      const reach = found.checks.find(({ check, scope }) => check === "reach" && scope === "westeurope");
      assert.match(reach?.detail ?? "", /its kubeconfig cannot be used: .*westeurope-cluster/);
    });

    it("says that nothing could be asked, where its users sign in by auth-provider", async () => {
      const found = await report({}, { "auth-provider": { name: "azure" } });
      assert.deepEqual(found.faults, []);
      assert.equal(exitCodeOf(found), 2);
      assert.deepEqual(sent, []);
    });
  });

  it("signs in to a region once, for its API server, its istiods, and every look", async () => {
    const log = path.join(folder, "log");
    const command = path.join(folder, "login");
    const credential = JSON.stringify({ status: { token: "t" } });
    writeFileSync(command, `#!/bin/sh\necho x >> "${log}"\necho '${credential}'\n`, { mode: 0o755 });
    regions.eastus.refuses = 1;
    const found = await report({ waitSeconds: 60 }, { exec: { command } });
    assert.deepEqual([having("broken", found), having("unasked", found)], [[], []]);
    assert.equal(readFileSync(log, "utf8").trim().split("\n").length, 2, "once for each of two regions");
  });

  it("ends as wrong usage where there is no report, since nothing was found broken", async () => {
    await assert.rejects(verifyCommand({ home: folder }, catalog, never), (error) => {
      assert.ok(error instanceof UsageError, String(error));
      assert.match(error.message, /There is no sandbox in/);
      return true;
    });
  });

  describe("while something changes", () => {
    it("looks again where an istiod goes away before it is asked", async () => {
      const { objects } = regions.eastus;
      const stays = objects["pods"] ?? [];
      objects["pods"] = [...stays, pod("istiod-2", "istio-system", "istiod")];
      istiods = (name) => {
        if (name === "istiod-1") return {};
        objects["pods"] = stays;
        return undefined;
      };
      const found = await report({ waitSeconds: 60 });
      assert.deepEqual([having("broken", found), having("unasked", found)], [[], []]);
    });

    it("asks the analyzers in a region whose API server comes meanwhile", async () => {
      regions.eastus.refuses = 2;
      const found = await report({ waitSeconds: 60 });
      assert.deepEqual([having("broken", found), having("unasked", found)], [[], []]);
    });
  });

  it("names the faults that one istiod sees, and says of nothing that it holds while another is silent", async () => {
    const { objects } = regions.eastus;
    objects["pods"] = [...(objects["pods"] ?? []), pod("istiod-2", "istio-system", "istiod")];
    const clusters = SYNCED.clusters.map((one) => ({ ...one, syncStatus: "timeout" }));
    istiods = (name) => (name === "istiod-1" ? { clusters, proxies: [] } : undefined);
    const found = await report();
    assert.deepEqual(having("broken", found), ["sync eastus"]);
    assert.deepEqual(having("unasked", found), [
      "controlPlane eastus",
      ...["proxies eastus", "proxies westeurope", "pushes eastus", "pushes westeurope"],
    ]);
    assert.match(JSON.stringify(found.checks), /istiod pod istiod-2, \/version: no answer/);
  });

  it("asks only the regions that it is to, with the one whose istiod knows their proxies", async () => {
    regions.eastus.objects["pods"] = [];
    const found = await report({ regions: ["westeurope"] });
    assert.deepEqual([...new Set(found.checks.map(({ scope }) => scope))], ["westeurope"]);
    assert.deepEqual(having("broken", found), ["requests westeurope"]);
    assert.deepEqual(having("unasked", found), ["proxies westeurope", "pushes westeurope"]);
    assert.match(JSON.stringify(found.checks), /no istiod of eastus answers/);
    assert.deepEqual(sent, [["westeurope", ["westeurope"]]]);
  });

  describe("of an istiod that is scaled to nothing", () => {
    beforeEach(() => {
      const { objects } = regions.eastus;
      objects["pods"] = (objects["pods"] ?? []).slice(0, 1);
      const metadata = { name: "istiod", generation: 1 };
      objects["deployments"] = [{ metadata, spec: { replicas: 0 }, status: { observedGeneration: 1 } }];
    });

    it("names that alone, with the command for the cluster", async () => {
      const found = await report();
      assert.deepEqual(having("broken", found), ["controlPlane eastus"]);
      assert.deepEqual(
        having("holds", found).filter((one) => /proxies|pushes|sync/.test(one)),
        [],
      );
      assert.match(
        found.faults[0]?.fix ?? "",
        /^kubectl --context eastus-cluster -n istio-system scale deployment istiod --replicas=1/,
      );
    });

    it("gives a command for the shell of a sandbox", async () => {
      const sandbox = sandboxWays({ home: ".sandbox" });
      const found = await report({
        place: { ...fakePlace(kubeconfigOf(servers, { token: "t" }), istiods, folder), sandbox },
      });
      assert.match(
        found.faults[0]?.fix ?? "",
        /^npx mesh sandbox shell -- kubectl --context eastus-cluster -n istio-system scale/,
      );
    });
  });

  describe("what the analyzers say of a Service's ports", () => {
    const service = (nodePort: number, port = 80): object => ({
      metadata: { name: "gateway", namespace: "istio-ingress" },
      spec: { type: "LoadBalancer", ports: [{ name: "http", port, nodePort }] },
    });
    const words =
      'The service gateway in namespace \\"istio-ingress\\" is inconsistent across clusters [\\"default\\" \\"westeurope-cluster\\"], which can lead to undefined behaviors. The inconsistent behaviors are: service ports are inconsistent.';
    const strict = { now: new Date(), expiryDays: 90, strict: true };

    beforeEach(() =>
      analyzer(
        `printf '%s' '[{"code":"IST0170","level":"Warning","origin":"Service istio-ingress/gateway","message":"${words}"}]'`,
      ),
    );

    it("not at all where the clusters' own node ports are all that differs", async () => {
      regions.eastus.objects["services"] = [service(30001)];
      regions.westeurope.objects["services"] = [service(30002)];
      const found = await report({ measure: strict });
      assert.deepEqual([found.faults, found.notes], [[], ["a Job stays"]]);
    });

    it("as it is where declared ports differ", async () => {
      regions.eastus.objects["services"] = [service(30001)];
      regions.westeurope.objects["services"] = [service(30002, 8080)];
      const found = await report({ measure: strict });
      assert.deepEqual(having("broken", found), ["analysis eastus"]);
    });

    it("as it is where Services may not be listed", async () => {
      const refuses = { list: () => Promise.reject(new Error("services is forbidden")) };
      const message = {
        code: "IST0170",
        level: "Warning",
        message: words.replaceAll("\\", ""),
      } as const;
      assert.deepEqual(await withoutNodePorts([message], [refuses], never), [message]);
    });
  });

  it("asks nothing that it is to leave out", async () => {
    const asked = path.join(folder, "asked");
    analyzer(`echo x > "${asked}"; exit 1`);
    const skip: readonly CheckName[] = ["analysis", "requests"];
    const found = await report({ skip });
    assert.equal(exitCodeOf(found), 0);
    assert.deepEqual([sent, existsSync(asked)], [[], false]);
    const left = found.checks.filter(({ detail }) => detail === "skipped").map(({ check }) => check);
    assert.deepEqual(
      [...new Set(left)],
      CHECK_NAMES.filter((check) => skip.includes(check)),
    );
  });
});
