import { Server, ServerCredentials, status, type sendUnaryData, type ServerUnaryCall } from "@grpc/grpc-js";
import * as engineGrpc from "@pulumi/pulumi/proto/engine_grpc_pb";
import * as engine from "@pulumi/pulumi/proto/engine_pb";
import * as provider from "@pulumi/pulumi/proto/provider_pb";
import * as resourceGrpc from "@pulumi/pulumi/proto/resource_grpc_pb";
import * as resource from "@pulumi/pulumi/proto/resource_pb";
import { Empty } from "google-protobuf/google/protobuf/empty_pb";
import { Struct, Value, type JavaScriptValue } from "google-protobuf/google/protobuf/struct_pb";

/** What a program asks its engine for, besides registering resources. */
export type Answers = Readonly<Record<string, (args: Readonly<Record<string, unknown>>) => unknown>>;

/** What is heard of a program. */
export interface Listener {
  /** Called before the registration is answered. */
  registered?(type: string, name: string): void;
  /** An error in the program's words. */
  failed?(message: string): void;
  /** The program has run to its end; its process still lives and waits for the answer. */
  finished?(): void;
}

/** The engine's side of a preview of a stack that has no resources yet. */
export interface PreviewEngine {
  /** `host:port`; both services answer there. */
  readonly address: string;
  stop(): void;
}

const MESSAGE_LIMIT_BYTES = 64 * 1024 * 1024;

/**
 * Answers a program as the engine does in the first preview of a stack: each resource comes back with its own
 * inputs and no id, so that what a provider would add is unknown. No plugin runs, and nothing is compared or
 * stored: what a program costs here is the program's own.
 */
export async function startPreviewEngine(answers: Answers, listener: Listener): Promise<PreviewEngine> {
  const limits = {
    "grpc.max_receive_message_length": MESSAGE_LIMIT_BYTES,
    "grpc.max_send_message_length": MESSAGE_LIMIT_BYTES,
  };
  const server = new Server(limits);
  server.addService(engineGrpc.EngineService, engineService(listener));
  server.addService(resourceGrpc.ResourceMonitorService, monitorService(answers, listener));
  const port = await new Promise<number>((resolve, reject) => {
    server.bindAsync("127.0.0.1:0", ServerCredentials.createInsecure(), (error, bound) =>
      error === null ? resolve(bound) : reject(error),
    );
  });
  return { address: `127.0.0.1:${port}`, stop: () => server.forceShutdown() };
}

/** A method that the program calls and that is not here is answered with UNIMPLEMENTED. */
function engineService(listener: Listener) {
  let root = "";
  return {
    log: unary((request: engine.LogRequest) => {
      if (request.getSeverity() === engine.LogSeverity.ERROR) listener.failed?.(request.getMessage());
      return new Empty();
    }),
    getRootResource: unary((_: engine.GetRootResourceRequest) => {
      const response = new engine.GetRootResourceResponse();
      response.setUrn(root);
      return response;
    }),
    setRootResource: unary((request: engine.SetRootResourceRequest) => {
      root = request.getUrn();
      return new engine.SetRootResourceResponse();
    }),
  };
}

function monitorService(answers: Answers, listener: Listener) {
  return {
    supportsFeature: unary((request: resource.SupportsFeatureRequest) => {
      const response = new resource.SupportsFeatureResponse();
      response.setHassupport(FEATURES.has(request.getId()));
      return response;
    }),
    registerResource: unary((request: resource.RegisterResourceRequest) => {
      listener.registered?.(request.getType(), request.getName());
      const response = new resource.RegisterResourceResponse();
      response.setUrn(`urn:pulumi:stack::project::${request.getType()}::${request.getName()}`);
      response.setObject(answerOf(request));
      return response;
    }),
    registerResourceOutputs: unary((_: resource.RegisterResourceOutputsRequest) => new Empty()),
    invoke: unary((request: resource.ResourceInvokeRequest) => {
      const answer = answers[request.getTok()];
      if (answer === undefined) throw new Error(`function ${request.getTok()} is not answered`);
      const response = new provider.InvokeResponse();
      const value = answer(request.getArgs()?.toJavaScript() ?? {});
      response.setReturn(Struct.fromJavaScript(value as Record<string, JavaScriptValue>));
      return response;
    }),
    signalAndWaitForShutdown: unary((_: Empty) => {
      listener.finished?.();
      return new Empty();
    }),
  };
}

/** How the engine says that a value is not known yet (sdk/go/common/resource/plugin/rpc.go). */
const UNKNOWN = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";

/** Inputs that the provider adds to, so that in a preview the whole is unknown. */
const COMPLETED_BY_PROVIDER: Readonly<Record<string, string>> = {
  "azure-native:network:PublicIPAddress": "dnsSettings",
};

function answerOf(request: resource.RegisterResourceRequest): Struct | undefined {
  const inputs = request.getObject();
  const completed = COMPLETED_BY_PROVIDER[request.getType()];
  if (completed !== undefined) inputs?.getFieldsMap().set(completed, Value.fromJavaScript(UNKNOWN));
  return inputs;
}

/** What the engine of pulumi 3.220 says yes to, as far as a program without transforms asks. */
const FEATURES = new Set(["secrets", "resourceReferences", "outputValues", "deletedWith", "aliasSpecs"]);

function unary<Request, Response>(answer: (request: Request) => Response) {
  return (call: ServerUnaryCall<Request, Response>, callback: sendUnaryData<Response>): void => {
    let response: Response;
    try {
      response = answer(call.request);
    } catch (error) {
      callback({ code: status.UNKNOWN, details: error instanceof Error ? error.message : String(error) });
      return;
    }
    callback(null, response);
  };
}
