import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { stringify } from "yaml";
import { analyze } from "../../../cli/verify/ask/analyze";

const CLUSTER = "eastus-cluster";
const KUBECONFIG = stringify({
  clusters: [{ name: CLUSTER, cluster: { server: "https://127.0.0.1:1" } }],
  users: [{ name: "me", user: { token: "t" } }],
  contexts: [{ name: CLUSTER, context: { cluster: CLUSTER, user: "me" } }],
  "current-context": CLUSTER,
});

describe("mesh verify asks the analyzers", () => {
  const folder = mkdtempSync(path.join(tmpdir(), "global-mesh-analyze-"));
  after(() => rmSync(folder, { recursive: true, force: true }));

  /** What an istioctl says that runs these lines. */
  function answer(...lines: string[]) {
    writeFileSync(path.join(folder, "istioctl"), ["#!/bin/sh", ...lines].join("\n"), { mode: 0o755 });
    return analyze({
      cluster: CLUSTER,
      others: [],
      revision: "default",
      kubeconfigs: new Map([[CLUSTER, KUBECONFIG]]),
      env: { PATH: `${folder}:/usr/bin:/bin`, TMPDIR: folder },
      signal: new AbortController().signal,
    });
  }

  it("and has their messages", async () => {
    assert.deepEqual(await answer(`echo '[{"code":"IST0101"}]'`), [{ code: "IST0101" }]);
  });

  it("once where they wait for what they may not list, and says what that is", async () => {
    const refused = (what: string) =>
      `echo 'watch error in cluster ${CLUSTER}: failed to list *v1.X: ${what} is forbidden: User "me" cannot list' >&2`;
    await assert.rejects(
      answer(
        refused("secrets"),
        refused("secrets"),
        refused("wasmplugins.extensions.istio.io"),
        "exec sleep 600",
      ),
      ({ message }: Error) => {
        assert.equal(message.split("secrets is forbidden").length, 2, message);
        assert.match(message, /wasmplugins\.extensions\.istio\.io is forbidden.*--skip analysis/);
        return true;
      },
    );
  });

  it("and has their last words where they fail", async () => {
    await assert.rejects(answer("echo Error: no such context >&2", "exit 1"), /no such context/);
    await assert.rejects(answer("echo text"), /printed no JSON/);
  });
});
