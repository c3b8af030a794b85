import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { runnerOf, runnersFor } from "../../../sandbox/node/runners";
import { containerOf, podOf } from "./support";

const PROGRAMS = { pilotAgent: "/p", envoy: "/e", bootstrap: "/b", app: "/app.js" };

const pilot = containerOf({ name: "discovery", image: "docker.io/istio/pilot:1.31.1", args: ["discovery"] });

describe("the table of runners", () => {
  const runners = runnersFor({ pilotDiscovery: "/tools/pilot-discovery" }, 2);

  it("runs what it knows and has a program for", () => {
    assert.notEqual(runnerOf(pilot, runners), undefined);
    assert.equal(runnerOf(pilot, runnersFor({}, 2)), undefined, "no program");
    assert.equal(runnerOf({ ...pilot, image: "example.org/cart:1" }, runners), undefined, "another image");
    assert.equal(runnerOf({ ...pilot, command: ["/bin/sh"] }, runners), undefined, "another entry point");
    assert.equal(runnerOf({ ...pilot, args: ["request"] }, runners), undefined, "another command");
  });

  it("gives istiod its addresses, its certificates and no more threads than there are processors", () => {
    const { command, args, env } =
      runnerOf(pilot, runners)?.command({
        container: pilot,
        pod: podOf(),
        args: ["discovery", "--monitoringAddr=:15014", "--domain", "cluster.local"],
        env: { GOMAXPROCS: "16", CLUSTER_ID: "eastus-cluster" },
        address: "127.1.3.1",
        root: "/pod",
        kubeconfig: "/pod.kubeconfig",
      }) ?? assert.fail("no runner");
    assert.equal(command, "/tools/pilot-discovery");
    assert.deepEqual(args, [
      "discovery",
      "--domain",
      "cluster.local",
      "--kubeconfig=/pod.kubeconfig",
      "--httpAddr=127.1.3.1:8080",
      "--httpsAddr=127.1.3.1:15017",
      "--grpcAddr=127.1.3.1:15010",
      "--secureGRPCAddr=127.1.3.1:15012",
      "--monitoringAddr=127.1.3.1:15014",
      "--ctrlz_address=127.1.3.1",
      "--ctrlz_port=9876",
    ]);
    assert.deepEqual(env, {
      GOMAXPROCS: "2",
      CLUSTER_ID: "eastus-cluster",
      ROOT_CA_DIR: "/pod/etc/cacerts",
      SSL_CERT_DIR: "/pod/cacerts:/etc/ssl/certs",
    });
  });

  it("plays curl with the sandbox's application, through the proxy beside it", () => {
    const curl = containerOf({ image: "docker.io/curlimages/curl:8.16.0", command: ["curl"] });
    const all = runnersFor({ dataPlane: PROGRAMS }, 2);
    assert.equal(runnerOf({ ...curl, command: ["sh", "-c", "curl"] }, all), undefined, "a shell");
    const runner = runnerOf(curl, all) ?? assert.fail("no runner");
    const args = ["http://test-app.global/"];
    const network = {
      localhost: "127.101.3.1",
      proxied: true,
      sockets: "/s",
      region: "eastus",
      heldPort: 20_103,
      token: randomUUID(),
    };
    const context = { container: curl, pod: podOf(), args, env: {}, address: "127.1.3.1", root: "/pod" };
    const { command, args: given, env } = runner.command({ ...context, network });
    assert.deepEqual([command, given], [process.execPath, ["/app.js"]]);
    const { outbound, ...rest } = JSON.parse(env["SANDBOX_CURL"] ?? "") as Record<string, unknown>;
    assert.match(String(outbound), /^\/s\//);
    assert.deepEqual(rest, {
      args,
      root: "/pod",
      namespace: "shop",
      host: "127.101.3.1",
      dns: "127.101.3.1:15053",
    });
  });
});
