import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { status } from "@grpc/grpc-js";
import type { ServiceError } from "@grpc/grpc-js";
import { Empty } from "google-protobuf/google/protobuf/empty_pb";
import type { PluginInfo } from "@pulumi/pulumi/proto/plugin_pb";
import * as pb from "@pulumi/pulumi/proto/provider_pb";
import { Status } from "@pulumi/pulumi/proto/status_pb";
import { PartialFailure } from "../../../sandbox/plugins/wire";
import type { Provider } from "../../../sandbox/plugins/wire";
import { answer, Engine, wireSecret } from "./client";
import type { WireMap } from "./client";
import { echo } from "./provider";

const SECRET = "s3cret-that-nobody-may-see";

describe("plugin wire: the protocol around the calls", () => {
  let engine: Engine;
  let folder: string;

  beforeEach(() => (folder = mkdtempSync(join(tmpdir(), "wire-test-"))));
  afterEach(() => {
    engine.close();
    rmSync(folder, { recursive: true });
  });

  async function serve(overrides: Partial<Provider> = {}): Promise<void> {
    engine = await Engine.connect(echo(overrides).provider, join(folder, "log"));
  }

  function log(): string {
    return readFileSync(join(folder, "log"), "utf8");
  }

  async function failure(call: Promise<unknown>): Promise<ServiceError> {
    return call.then(
      () => assert.fail("the call should have failed"),
      (error: unknown) => error as ServiceError,
    );
  }

  it("takes the handshake with secrets and resources, and says its version", async () => {
    await serve();
    const request = new pb.ProviderHandshakeRequest().setEngineAddress("127.0.0.1:1");
    const hands = await answer<pb.ProviderHandshakeResponse>((done) =>
      engine.client.handshake(request, done),
    );
    assert.equal(hands.getAcceptSecrets() && hands.getAcceptResources(), true);
    const info = await answer<PluginInfo>((done) => engine.client.getPluginInfo(new Empty(), done));
    assert.equal(info.getVersion(), "1.2.3");
    const schema = await answer<pb.GetSchemaResponse>((done) =>
      engine.client.getSchema(new pb.GetSchemaRequest(), done),
    );
    assert.deepEqual(JSON.parse(schema.getSchema()), { name: "test", version: "1.2.3" });
  });

  it("refuses what it does not serve by name", async () => {
    await serve();
    const call = await failure(answer((done) => engine.client.call(new pb.CallRequest(), done)));
    assert.equal(call.code, status.UNIMPLEMENTED);
    assert.match(call.details, /stand-in plugin test does not serve Call/);
    engine.close();
    const provider = echo().provider;
    delete provider.invoke;
    engine = await Engine.connect(provider);
    const invoke = await failure(engine.invoke("test:index:get", {}));
    assert.equal(invoke.code, status.UNIMPLEMENTED);
    assert.match(invoke.details, /does not serve test:index:get/);
  });

  it("carries messages above gRPC's own limit of 4 MB both ways", async () => {
    await serve();
    const big = "x".repeat(6 * 1024 * 1024);
    const { outputs } = await engine.create({ big });
    assert.equal((outputs.big as string).length, big.length);
  });

  it("blanks secrets of the request and of the configuration out of error texts and the log", async () => {
    await serve({
      create: ({ inputs }) =>
        Promise.reject(new Error(`refused ${inputs.password as string} at a-config-token, for public`)),
    });
    await engine.configure({ token: wireSecret("a-config-token") });
    const error = await failure(engine.create({ password: wireSecret(SECRET), name: "public" }));
    assert.equal(error.code, status.UNKNOWN);
    assert.equal(error.details, "refused [secret] at [secret], for public");
    assert.match(log(), /Create urn:\S+ \d+ ms failed: refused \[secret\] at \[secret\], for public/);
  });

  it("logs calls and times, never a request", async () => {
    await serve();
    await engine.check({ password: wireSecret(SECRET), host: "visible-host" });
    await engine.invoke("test:index:get", { host: "visible-host" });
    assert.match(log(), /Check urn:pulumi:dev::project::\S+ \d+ ms ok/);
    assert.match(log(), /Invoke test:index:get \d+ ms ok/);
    assert.doesNotMatch(log(), /visible-host|s3cret/);
  });

  it("a partial failure keeps id and marked outputs for the state", async () => {
    await serve({
      create: ({ inputs }) =>
        Promise.reject(
          new PartialFailure("made", { ...inputs, status: "broken" }, ["it crashes", `on ${SECRET}`]),
        ),
      secretOutputs: () => ["status"],
    });
    const inputs: WireMap = { password: wireSecret(SECRET) };
    const error = await failure(engine.create(inputs));
    assert.equal(error.code, status.UNKNOWN);
    const [packed] = error.metadata.get("grpc-status-details-bin");
    const [detail] = Status.deserializeBinary(packed as Buffer).getDetailsList();
    assert.ok(detail);
    assert.equal(detail.getTypeName(), "pulumirpc.ErrorResourceInitFailed");
    const failed = pb.ErrorResourceInitFailed.deserializeBinary(detail.getValue_asU8());
    assert.equal(failed.getId(), "made");
    assert.deepEqual(failed.getReasonsList(), ["it crashes", "on [secret]"]);
    assert.deepEqual(failed.getProperties()?.toJavaScript(), { ...inputs, status: wireSecret("broken") });
  });

  it("Cancel aborts the signals of running calls", async () => {
    let begun: () => void = () => undefined;
    const running = new Promise<void>((resolve) => (begun = resolve));
    await serve({
      create: ({ signal }) =>
        new Promise((_, reject) => {
          signal.addEventListener("abort", () => reject(signal.reason as Error));
          begun();
        }),
    });
    const created = failure(engine.create({}));
    await running;
    await engine.cancel();
    assert.equal((await created).details, "interrupted by the user");
  });

  it("begins nothing new once the engine is gone", async () => {
    await serve();
    engine.lose();
    const error = await failure(engine.create({}));
    assert.equal(error.details, "the engine is gone");
  });
});
