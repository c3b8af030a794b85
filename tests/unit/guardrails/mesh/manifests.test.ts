import assert from "node:assert/strict";
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { readRelease } from "../../../../guardrails/manifests/chart";
import { helmRenderer } from "../../../../guardrails/manifests/render";
import { UNKNOWN } from "../../../../guardrails/unknown";
import "./helm.cases";

const CALL = { args: ["template", "app", "chart"], values: "{}" };

describe("guardrails: what a Release makes", () => {
  const found = process.env["GUARDRAILS_HELM"];
  let folder: string;
  before(() => (folder = mkdtempSync(path.join(tmpdir(), "guardrails-"))));
  after(() => {
    rmSync(folder, { recursive: true, force: true });
    process.env["GUARDRAILS_HELM"] = found;
  });

  /** Makes a Helm of some lines of shell the one that renders. */
  function helmThat(...lines: readonly string[]): void {
    const file = path.join(folder, "helm");
    rmSync(file, { force: true });
    writeFileSync(file, ["#!/bin/sh", ...lines, ""].join("\n"));
    chmodSync(file, 0o755);
    process.env["GUARDRAILS_HELM"] = file;
  }

  describe("is asked of Helm as it is going to be installed", () => {
    const calls: Readonly<Record<string, readonly [Readonly<Record<string, unknown>>, string]>> = {
      "from a repository": [
        {
          chart: "istiod",
          version: "1.31.1",
          name: "istiod",
          namespace: "istio-system",
          repositoryOpts: { repo: "https://charts.example.com", caFile: "/ca.pem" },
        },
        "template istiod istiod --namespace istio-system --version 1.31.1 --repo https://charts.example.com " +
          "--ca-file /ca.pem --skip-tests --include-crds --values -",
      ],
      "from a registry, where a repository would be refused": [
        {
          chart: "oci://r.example.com/app",
          version: "1.0.0",
          skipCrds: true,
          repositoryOpts: { repo: "https://x" },
        },
        "template logical oci://r.example.com/app --namespace default --version 1.0.0 --skip-tests --values -",
      ],
      "from a folder": [
        { chart: "/charts/app", devel: true, dependencyUpdate: true },
        "template logical /charts/app --namespace default --skip-tests --include-crds --devel " +
          "--dependency-update --values -",
      ],
      "without its hooks": [
        { chart: "oci://r.example.com/app@sha256:00", skipCrds: true, disableWebhooks: true },
        "template logical oci://r.example.com/app@sha256:00 --namespace default --skip-tests --no-hooks --values -",
      ],
    };
    for (const [what, [inputs, args]] of Object.entries(calls)) {
      it(what, () => {
        const read = readRelease("logical", { ...inputs, values: { password: "canary" } });
        assert.equal(read.state, "known");
        assert.equal(read.call.args.join(" "), args);
        assert.equal(read.call.values, '{"password":"canary"}');
      });
    }

    it("later, while a value of it is not known", () => {
      assert.equal(readRelease("a", { chart: "c", values: { deep: [UNKNOWN] } }).state, "later");
      assert.equal(readRelease("a", { chart: UNKNOWN }).state, "later");
      assert.equal(readRelease("a", { chart: "c", disableWebhooks: UNKNOWN }).state, "later");
      assert.equal(readRelease("a", { chart: "c", timeout: UNKNOWN }).state, "known");
    });

    it("never, where that cannot be had", () => {
      for (const inputs of [
        {},
        { chart: "./charts/app" },
        { chart: "c", valueYamlFiles: [{ path: "v" }] },
        { chart: "c", postrender: "/bin/x" },
        { chart: "c", repositoryOpts: { repo: "https://x", password: "canary" } },
        { chart: "c", repositoryOpts: { repo: "https://user:canary@charts.example.com" } },
        { chart: "https://canary@charts.example.com/app-1.0.0.tgz" },
        { chart: "oci://user:can/ary@r.example.com/app@sha256:00" },
      ]) {
        const read = readRelease("a", inputs);
        assert.equal(read.state, "never");
        assert.doesNotMatch(read.reason, /canary/);
      }
    });
  });

  describe("is rendered", () => {
    it("once for the same call, and again for another", async () => {
      const calls = path.join(folder, "calls");
      helmThat(`echo called >> ${calls}`, "cat");
      const render = helmRenderer();
      const first = [render(CALL), render(CALL), render({ ...CALL })];
      await Promise.all([...first, render({ ...CALL, values: '{"a":1}' })]);
      assert.equal(readFileSync(calls, "utf8").trim().split("\n").length, 2);
    });

    it("for the Kubernetes of this program's clusters, or the one that is named, whatever Helm was built with", async () => {
      helmThat('printf "kind: %s\n" "$*"');
      const kind = async (): Promise<unknown> => {
        const rendered = await helmRenderer()(CALL);
        return rendered.state === "rendered" ? rendered.objects[0]?.["kind"] : rendered;
      };
      assert.equal(await kind(), "template app chart --kube-version 1.35.0");
      process.env["GUARDRAILS_KUBERNETES_VERSION"] = "1.33.4";
      try {
        assert.equal(await kind(), "template app chart --kube-version 1.33.4");
      } finally {
        delete process.env["GUARDRAILS_KUBERNETES_VERSION"];
      }
    });

    it("into single objects, also those of a List", async () => {
      helmThat(
        "printf '%s\\n' 'kind: List' 'items: [{kind: A}, {kind: B}]' --- '# only words' --- 'kind: C'",
      );
      const rendered = await helmRenderer()(CALL);
      assert.deepEqual(rendered, {
        state: "rendered",
        objects: [{ kind: "A" }, { kind: "B" }, { kind: "C" }],
      });
    });

    it("as Helm reads it: YAML 1.1, merged maps, the last of equal keys", async () => {
      helmThat(
        "printf '%s\\n' 'base: &base {privileged: yes, at: 12:30, day: 2001-12-14}' 'first: {<<: *base, mode: 0644}' " +
          "'first: {<<: *base, mode: 0600}'",
      );
      const base = { privileged: true, at: "12:30", day: "2001-12-14" };
      assert.deepEqual(await helmRenderer()(CALL), {
        state: "rendered",
        objects: [{ base, first: { ...base, mode: 0o600 } }],
      });
    });

    const failures: Readonly<Record<string, readonly [string, RegExp]>> = {
      "a chart that is not there": [
        'echo "Error: failed to locate chart: secret-canary" >&2; exit 1',
        /was not found/,
      ],
      "a repository out of reach": [
        "echo 'dial tcp: lookup x: no such host' >&2; exit 1",
        /cannot be reached/,
      ],
      "values that the schema refuses": [
        `echo "Error: values don't meet the specifications of the schema(s): secret-canary" >&2; exit 1`,
        /do not meet the chart's schema/,
      ],
      "anything else": ["echo 'Error: secret-canary' >&2; exit 1", /run it by hand/],
      "an alias without its anchor": ["echo 'a: *secret-canary'", /is no YAML/],
      "a value that holds itself": ["echo 'a: &secret-canary [*secret-canary]'", /is no YAML/],
      "output that is no YAML": ["printf '%s\\n' 'a: [secret-canary'", /is no YAML/],
    };
    for (const [what, [line, says]] of Object.entries(failures)) {
      it(`not, with a reason that repeats no word of Helm: ${what}`, async () => {
        helmThat(line);
        const rendered = await helmRenderer()(CALL);
        assert.equal(rendered.state, "failed");
        assert.match(rendered.reason, says);
        assert.doesNotMatch(rendered.reason, /canary/);
      });
    }

    it("not, where there is no Helm", async () => {
      process.env["GUARDRAILS_HELM"] = path.join(folder, "nothing-here");
      const rendered = await helmRenderer()(CALL);
      assert.deepEqual(rendered, {
        state: "failed",
        reason: "helm is not on PATH (GUARDRAILS_HELM may name it)",
      });
    });

    it("not, when it takes too long, and Helm is ended", async () => {
      helmThat("exec sleep 600");
      const rendered = await helmRenderer(200)(CALL);
      assert.deepEqual(rendered, { state: "failed", reason: "helm did not end within 0.2 s" });
    });
  });
});
