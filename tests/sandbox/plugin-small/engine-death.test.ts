import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import type { ChildProcess } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import type { AddressInfo, Server } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { credentials } from "@grpc/grpc-js";
import { Struct } from "google-protobuf/google/protobuf/struct_pb";
import { ResourceProviderClient } from "@pulumi/pulumi/proto/provider_grpc_pb";
import { CreateRequest } from "@pulumi/pulumi/proto/provider_pb";
import { bundlePlugins, installPlugins } from "../../../sandbox/plugins/install";

/** A parent that starts the plugin, tells its process id and port, and then only waits to be killed. */
const PARENT = `
const [script, address] = process.argv.slice(1);
const plugin = require("node:child_process").spawn(script, [address], { detached: true, stdio: ["ignore", "pipe", "ignore"] });
plugin.stdout.once("data", (port) => console.log(plugin.pid + " " + String(port).trim()));
setInterval(() => {}, 1000);
`;

describe("a plugin whose engine is gone", function () {
  this.timeout(900_000);

  let folder: string;
  let script: string;
  let engine: Server;
  let address: string;

  before(async () => {
    folder = mkdtempSync(join(tmpdir(), "global-mesh-plugins-"));
    const bundles = await bundlePlugins({ outDir: join(folder, "bundles"), names: ["tls"] });
    const env = { SANDBOX_LOG_DIR: join(folder, "logs") };
    const [installed] = await installPlugins({ pulumiHome: join(folder, "home"), bundles, env });
    script = join(installed?.folder ?? "", "pulumi-resource-tls");
    engine = createServer((socket) => socket.destroy());
    await new Promise<void>((resolve) => engine.listen(0, "127.0.0.1", resolve));
    address = `127.0.0.1:${(engine.address() as AddressInfo).port}`;
  });

  after(() => {
    engine.close();
    rmSync(folder, { recursive: true, force: true });
  });

  it("ends when its parent is killed, also in the middle of a call", async () => {
    const parent = spawn(process.execPath, ["-e", PARENT, script, address], {
      stdio: ["ignore", "pipe", "inherit"],
    });
    const [pid, port] = (await firstLine(parent)).split(" ").map(Number);
    assert.ok(pid !== undefined && port !== undefined);
    assert.ok(lives(pid));
    const client = new ResourceProviderClient(`127.0.0.1:${port}`, credentials.createInsecure());
    const request = new CreateRequest().setUrn("urn:pulumi:a::b::tls:index/privateKey:PrivateKey::key");
    request.setType("tls:index/privateKey:PrivateKey");
    // A key of this size takes far longer than the plugin may live on.
    request.setProperties(Struct.fromJavaScript({ algorithm: "RSA", rsaBits: 16384 }));
    const made = new Promise<string>((resolve) => {
      client.create(request, (error) => resolve(error === null ? "made" : "failed"));
    });
    await new Promise((resolve) => setTimeout(resolve, 300));
    parent.kill("SIGKILL");
    assert.ok(await endsWithin(pid, 30_000), "the plugin still lives");
    assert.equal(await made, "failed");
    client.close();
    assert.match(
      readFileSync(join(folder, "logs", "plugin-tls.log"), "utf8"),
      /ending: the engine's process is gone/,
    );
  });

  it("ends when the engine was dead before the plugin looked", async () => {
    const nobody = createServer();
    await new Promise<void>((resolve) => nobody.listen(0, "127.0.0.1", resolve));
    const { port } = nobody.address() as AddressInfo;
    await new Promise((resolve) => nobody.close(resolve));
    const plugin = spawn(script, [`127.0.0.1:${port}`], { stdio: ["ignore", "pipe", "ignore"] });
    const exited = new Promise<number | null>((resolve) => plugin.once("exit", resolve));
    await firstLine(plugin);
    assert.equal(await exited, 0);
  });

  it("lives on while its engine does, and says nothing but its port", async () => {
    const plugin = spawn(script, [address], { stdio: ["ignore", "pipe", "ignore"] });
    let stdout = "";
    plugin.stdout.on("data", (chunk: Buffer) => (stdout += chunk.toString()));
    await firstLine(plugin);
    await new Promise((resolve) => setTimeout(resolve, 6000));
    assert.equal(plugin.exitCode, null);
    assert.match(stdout, /^\d+\n$/);
    const exited = new Promise((resolve) => plugin.once("exit", resolve));
    plugin.kill("SIGINT");
    await exited;
  });
});

function firstLine(child: ChildProcess): Promise<string> {
  return new Promise((resolve, reject) => {
    child.once("exit", () => reject(new Error("ended without a word")));
    child.stdout?.once("data", (chunk: Buffer) => resolve(chunk.toString().trim()));
  });
}

/** Whether the process runs; one that waits to be collected does not. */
function lives(pid: number): boolean {
  try {
    return !/\) Z /.test(readFileSync(`/proc/${pid}/stat`, "utf8"));
  } catch {
    return false;
  }
}

async function endsWithin(pid: number, milliseconds: number): Promise<boolean> {
  const deadline = Date.now() + milliseconds;
  while (Date.now() < deadline) {
    if (!lives(pid)) return true;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  return !lives(pid);
}
