import assert from "node:assert/strict";
import { createAuthority } from "../../../sandbox/cluster/pki";
import { checkExisting } from "../../../components/cluster/preflight";
import { fakeApiServer, type FakeApiServer } from "../../support/api-server";
import { runProgram } from "../../support/mocks";

const TOKEN = "t0ken-of-the-operator";
const node = (region: string) => ({ name: region, labels: { "topology.kubernetes.io/region": region } });

describe("the look at an existing cluster before anything is made", () => {
  let server: FakeApiServer;
  before(async () => {
    server = await fakeApiServer({ namespaces: [{ name: "shop" }], nodes: [node("us-east-1")] }, TOKEN);
  });
  after(() => server.close());

  const look = (kubeconfig: string, namespaces: readonly string[] = ["production"]) =>
    checkExisting({ region: "eastus", kubeconfig, namespaces });

  async function refusal(kubeconfig: string, namespaces?: readonly string[]): Promise<string> {
    try {
      await look(kubeconfig, namespaces);
    } catch (error) {
      assert.ok(error instanceof Error);
      assert.ok(!error.message.includes(TOKEN));
      assert.match(
        error.message,
        /^The cluster of global-mesh:kubeconfig cannot be used\. Nothing was changed\.\n- /,
      );
      return error.message;
    }
    return assert.fail("it was not refused");
  }

  it("takes a cluster with a token or an exec command, and warns of nodes of another region", async () => {
    const credential = JSON.stringify({ status: { token: TOKEN } });
    const exec = { command: "printf", args: ["%s", credential] };
    for (const user of [{ token: TOKEN }, { exec }]) {
      const run = await runProgram({ stack: "eastus" }, () => look(server.kubeconfig(user)));
      assert.equal(run.warnings.length, 1);
      assert.match(run.warnings[0] ?? "", /1 of 1 nodes of region eastus/);
    }
    assert.deepEqual([...new Set(server.asked)].toSorted(), [
      "/api/v1/namespaces",
      "/api/v1/nodes",
      "/apis/apiextensions.k8s.io/v1/customresourcedefinitions",
    ]);
  });

  it("refuses one whose namespace would have to be taken over", async () => {
    assert.match(await refusal(server.kubeconfig({ token: TOKEN }), ["shop"]), /namespace shop exists/);
  });

  it("says what stands between it and the cluster", async () => {
    assert.match(
      await refusal(server.kubeconfig({ token: TOKEN.slice(1) })),
      /refuses its credential \(401\)/,
    );
    const { certificate } = await createAuthority("another");
    const other = { "certificate-authority-data": Buffer.from(certificate).toString("base64") };
    assert.match(
      await refusal(server.kubeconfig({ token: TOKEN }, other)),
      /does not hold against its certificate/,
    );
    const away = { server: "https://127.0.0.1:9" };
    assert.match(
      await refusal(server.kubeconfig({ token: TOKEN }, away)),
      /cannot be reached from here \(ECONNREFUSED\)/,
    );
    const noPem = { "client-certificate-data": "Q0E=", "client-key-data": "Q0E=" };
    assert.match(await refusal(server.kubeconfig(noPem)), /client certificate or key cannot be read/);
    const missing = { exec: { command: "no-such-login" } };
    assert.match(await refusal(server.kubeconfig(missing)), /no-such-login is not on the PATH/);
  });

  it("shows nothing of what an exec command prints, be it no credential at all", async () => {
    for (const script of [`echo ${TOKEN}`, `echo ${TOKEN} >&2; exit 1`, "exit 3"]) {
      const exec = { command: "/bin/sh", args: ["-c", script] };
      assert.match(
        await refusal(server.kubeconfig({ exec })),
        /exec command \/bin\/sh handed out no credential/,
      );
    }
  });
});
