import type { sendUnaryData, ServerUnaryCall, UntypedServiceImplementation } from "@grpc/grpc-js";
import { Empty } from "google-protobuf/google/protobuf/empty_pb";
import { PluginInfo } from "@pulumi/pulumi/proto/plugin_pb";
import * as pb from "@pulumi/pulumi/proto/provider_pb";
import * as calls from "./calls";
import type { Scope } from "./calls";
import { decode } from "./codec";
import { errorText, serviceError } from "./errors";
import type { CallLog } from "./log";
import { Unimplemented } from "./provider";
import type { Provider } from "./provider";
import { secretTexts } from "./secrets";
import { reveal } from "./values";
import type { ValueMap } from "./values";

/** The calls of the provider protocol, served by a stand-in. */
export class ProviderService {
  private readonly interruption = new AbortController();
  private configurationSecrets: readonly string[] = [];
  private running = 0;
  private refusal: string | undefined;

  constructor(
    private readonly provider: Provider,
    private readonly log: CallLog,
  ) {}

  /** How many calls are being served. */
  get inFlight(): number {
    return this.running;
  }

  /** Interrupts what runs; with a reason, nothing new is begun either. */
  interrupt(refusal?: string): void {
    this.refusal ??= refusal;
    this.interruption.abort(new Error(refusal ?? "interrupted by the user"));
  }

  /** The service for a gRPC server. */
  implementation(): UntypedServiceImplementation {
    const { provider } = this;
    return {
      handshake: this.serve("Handshake", none, () => {
        const response = new pb.ProviderHandshakeResponse();
        response.setAcceptSecrets(true);
        response.setAcceptResources(true);
        return response;
      }),
      getPluginInfo: this.serve("GetPluginInfo", none, () => new PluginInfo().setVersion(provider.version)),
      getSchema: this.serve("GetSchema", none, () => {
        const schema = JSON.stringify({ name: provider.name, version: provider.version });
        return new pb.GetSchemaResponse().setSchema(schema);
      }),
      getMapping: this.serve("GetMapping", none, () => new pb.GetMappingResponse()),
      getMappings: this.serve("GetMappings", none, () => new pb.GetMappingsResponse()),
      attach: this.serve("Attach", none, () => new Empty()),
      cancel: this.serve("Cancel", none, () => {
        this.interrupt();
        return new Empty();
      }),
      checkConfig: this.serve("CheckConfig", urn, (request: pb.CheckRequest, scope) =>
        calls.check(provider, request, scope, provider.checkConfig?.bind(provider) ?? calls.accept),
      ),
      diffConfig: this.serve("DiffConfig", urn, (request: pb.DiffRequest, scope) =>
        calls.diff(request, scope, provider.diffConfig?.bind(provider) ?? calls.diffConfig),
      ),
      configure: this.serve("Configure", none, (request: pb.ConfigureRequest, scope) =>
        this.configure(request, scope),
      ),
      check: this.serve("Check", urn, (request: pb.CheckRequest, scope) =>
        calls.check(provider, request, scope, provider.check.bind(provider)),
      ),
      diff: this.serve("Diff", urn, (request: pb.DiffRequest, scope) =>
        calls.diff(request, scope, provider.diff.bind(provider)),
      ),
      create: this.serve("Create", urn, (request: pb.CreateRequest, scope) =>
        calls.create(provider, request, scope),
      ),
      read: this.serve("Read", urn, (request: pb.ReadRequest, scope) => calls.read(provider, request, scope)),
      update: this.serve("Update", urn, (request: pb.UpdateRequest, scope) =>
        calls.update(provider, request, scope),
      ),
      delete: this.serve("Delete", urn, (request: pb.DeleteRequest, scope) =>
        calls.remove(provider, request, scope),
      ),
      invoke: this.serve("Invoke", token, (request: pb.InvokeRequest, scope) =>
        calls.invoke(provider, request, scope),
      ),
      call: this.missing("Call"),
      construct: this.missing("Construct"),
      parameterize: this.missing("Parameterize"),
    };
  }

  /** Wraps a handler: log, error form, interruption. */
  private serve<Request, Response>(
    method: string,
    subject: (request: Request) => string,
    handle: (request: Request, scope: Scope) => Response | Promise<Response>,
  ): (call: ServerUnaryCall<Request, Response>, callback: sendUnaryData<Response>) => void {
    return (call, callback) => {
      const start = performance.now();
      const secrets: string[] = [...this.configurationSecrets];
      const gone = new AbortController();
      call.on("cancelled", () => gone.abort(new Error("the engine gave up the call")));
      let mark = (outputs: ValueMap): ValueMap => outputs;
      const scope: Scope = {
        read: (struct) => {
          const properties = decode(struct);
          secrets.push(...secretTexts(properties));
          return properties;
        },
        marks: (next) => (mark = next),
        signal: AbortSignal.any([this.interruption.signal, gone.signal]),
      };
      const run = async (): Promise<Response> => {
        if (this.refusal !== undefined) throw new Error(this.refusal);
        return handle(call.request, scope);
      };
      this.running += 1;
      run()
        .then(
          (response) => {
            this.log.call(method, subject(call.request), performance.now() - start);
            callback(null, response);
          },
          (error: unknown) => {
            const text = errorText(error, secrets);
            this.log.call(method, subject(call.request), performance.now() - start, text);
            callback(serviceError(error, secrets, mark));
          },
        )
        .finally(() => (this.running -= 1));
    };
  }

  private missing(method: string): ReturnType<typeof this.serve> {
    return this.serve(method, none, () => {
      throw new Unimplemented(`the stand-in plugin ${this.provider.name} does not serve ${method}`);
    });
  }

  private async configure(request: pb.ConfigureRequest, scope: Scope): Promise<pb.ConfigureResponse> {
    const config = scope.read(request.getArgs());
    // Later calls may fail with words of the configuration, say a server's echo of a token.
    this.configurationSecrets = secretTexts(config);
    await this.provider.configure?.(calls.withoutVersion(reveal(config)));
    const response = new pb.ConfigureResponse();
    response.setAcceptsecrets(true);
    response.setAcceptresources(true);
    response.setSupportspreview(true);
    return response;
  }
}

const none = (): string => "";
const urn = (request: { getUrn(): string }): string => request.getUrn();
const token = (request: pb.InvokeRequest): string => request.getTok();
