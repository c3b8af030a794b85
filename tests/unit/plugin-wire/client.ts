import { credentials } from "@grpc/grpc-js";
import type { ServiceError } from "@grpc/grpc-js";
import { Empty } from "google-protobuf/google/protobuf/empty_pb";
import { Struct } from "google-protobuf/google/protobuf/struct_pb";
import type { JavaScriptValue } from "google-protobuf/google/protobuf/struct_pb";
import { ResourceProviderClient } from "@pulumi/pulumi/proto/provider_grpc_pb";
import * as pb from "@pulumi/pulumi/proto/provider_pb";
import { startServer } from "../../../sandbox/plugins/wire";
import type { Provider, RunningServer } from "../../../sandbox/plugins/wire";

/** What the engine sends for a secret. Written out here, so that a mistake in the codec cannot hide itself. */
export function wireSecret(value: Wire): Wire {
  return { "4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270", value };
}

/** What the engine sends for an unknown. */
export const WIRE_UNKNOWN = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";

export type Wire = JavaScriptValue;
export type WireMap = Record<string, Wire>;

const URN = "urn:pulumi:dev::project::test:index/thing:Thing::name";
const TYPE = "test:index/thing:Thing";

/** The engine's side of a plugin that is served in this process. */
export class Engine {
  private constructor(
    private readonly server: RunningServer,
    readonly client: ResourceProviderClient,
  ) {}

  static async connect(provider: Provider, logFile?: string): Promise<Engine> {
    const server = await startServer(provider, logFile === undefined ? {} : { logFile });
    const limit = 64 * 1024 * 1024;
    const client = new ResourceProviderClient(`127.0.0.1:${server.port}`, credentials.createInsecure(), {
      "grpc.max_receive_message_length": limit,
      "grpc.max_send_message_length": limit,
    });
    return new Engine(server, client);
  }

  close(): void {
    this.client.close();
    this.server.stop();
  }

  /** Tells the plugin's service that its engine is gone. */
  lose(): void {
    this.server.service.interrupt("the engine is gone");
  }

  async check(news: WireMap, olds: WireMap = {}, type = TYPE) {
    const request = new pb.CheckRequest().setUrn(URN).setType(type).setName("name");
    request.setNews(struct(news)).setOlds(struct(olds)).setRandomseed(Buffer.from("seed"));
    const response = await answer<pb.CheckResponse>((done) => this.client.check(request, done));
    return {
      inputs: plain(response.getInputs()),
      failures: response.getFailuresList().map((failure) => failure.toObject()),
    };
  }

  async checkConfig(news: WireMap): Promise<WireMap> {
    const request = new pb.CheckRequest().setUrn(URN).setNews(struct(news));
    const response = await answer<pb.CheckResponse>((done) => this.client.checkConfig(request, done));
    return plain(response.getInputs());
  }

  configure(args: WireMap): Promise<pb.ConfigureResponse> {
    const request = new pb.ConfigureRequest().setArgs(struct(args));
    return answer((done) => this.client.configure(request, done));
  }

  diffConfig(oldInputs: WireMap, news: WireMap): Promise<pb.DiffResponse.AsObject> {
    const request = new pb.DiffRequest().setUrn(URN).setOldInputs(struct(oldInputs)).setNews(struct(news));
    return answer<pb.DiffResponse>((done) => this.client.diffConfig(request, done)).then((r) => r.toObject());
  }

  diff(
    oldInputs: WireMap,
    oldOutputs: WireMap,
    news: WireMap,
    type = TYPE,
  ): Promise<pb.DiffResponse.AsObject> {
    const request = new pb.DiffRequest().setUrn(URN).setId("id").setType(type);
    request.setOldInputs(struct(oldInputs)).setOlds(struct(oldOutputs)).setNews(struct(news));
    return answer<pb.DiffResponse>((done) => this.client.diff(request, done)).then((r) => r.toObject());
  }

  async create(inputs: WireMap, preview = false, type = TYPE): Promise<{ id: string; outputs: WireMap }> {
    const request = new pb.CreateRequest().setUrn(URN).setType(type).setProperties(struct(inputs));
    request.setPreview(preview);
    const response = await answer<pb.CreateResponse>((done) => this.client.create(request, done));
    return { id: response.getId(), outputs: plain(response.getProperties()) };
  }

  async read(inputs: WireMap | undefined, outputs: WireMap | undefined, type = TYPE) {
    const request = new pb.ReadRequest().setUrn(URN).setId("id").setType(type);
    if (inputs !== undefined) request.setInputs(struct(inputs));
    if (outputs !== undefined) request.setProperties(struct(outputs));
    const response = await answer<pb.ReadResponse>((done) => this.client.read(request, done));
    return {
      id: response.getId(),
      inputs: plain(response.getInputs()),
      outputs: plain(response.getProperties()),
    };
  }

  async update(oldInputs: WireMap, oldOutputs: WireMap, news: WireMap, preview = false): Promise<WireMap> {
    const request = new pb.UpdateRequest().setUrn(URN).setId("id").setType(TYPE).setPreview(preview);
    request.setOldInputs(struct(oldInputs)).setOlds(struct(oldOutputs)).setNews(struct(news));
    const response = await answer<pb.UpdateResponse>((done) => this.client.update(request, done));
    return plain(response.getProperties());
  }

  delete(oldInputs: WireMap, outputs: WireMap): Promise<Empty> {
    const request = new pb.DeleteRequest().setUrn(URN).setId("id").setType(TYPE);
    request.setOldInputs(struct(oldInputs)).setProperties(struct(outputs));
    return answer((done) => this.client.delete(request, done));
  }

  async invoke(token: string, args: WireMap) {
    const request = new pb.InvokeRequest().setTok(token).setArgs(struct(args));
    const response = await answer<pb.InvokeResponse>((done) => this.client.invoke(request, done));
    return {
      value: plain(response.getReturn()),
      failures: response.getFailuresList().map((failure) => failure.toObject()),
    };
  }

  cancel(): Promise<Empty> {
    return answer((done) => this.client.cancel(new Empty(), done));
  }
}

/** A call's answer as a promise. */
export function answer<T>(
  call: (done: (error: ServiceError | null, response: T) => void) => unknown,
): Promise<T> {
  return new Promise((resolve, reject) => {
    call((error, response) => (error === null ? resolve(response) : reject(error)));
  });
}

function struct(properties: WireMap): Struct {
  return Struct.fromJavaScript(properties);
}

function plain(properties: Struct | undefined): WireMap {
  return properties?.toJavaScript() ?? {};
}
