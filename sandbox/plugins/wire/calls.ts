import { Empty } from "google-protobuf/google/protobuf/empty_pb";
import * as pb from "@pulumi/pulumi/proto/provider_pb";
import type { decode } from "./codec";
import { encode } from "./codec";
import { diffInputs } from "./diff";
import { diffResponse, failureMessages } from "./messages";
import { Unimplemented } from "./provider";
import type { CheckRequest, DiffRequest, DiffResult, Provider } from "./provider";
import { markSecrets } from "./secrets";
import { reveal } from "./values";
import type { PlainMap, ValueMap } from "./values";

/** What a handler of one call gets: how to read its properties and to note their secrets. */
export interface Scope {
  /** Reads properties; their secrets are from then on blanked out of this call's error messages. */
  read(struct: Parameters<typeof decode>[0]): ValueMap;
  /** Sets how the outputs of a partial failure are marked. */
  marks(mark: (outputs: ValueMap) => ValueMap): void;
  readonly signal: AbortSignal;
}

/** Check and CheckConfig. */
export async function check(
  provider: Provider,
  request: pb.CheckRequest,
  scope: Scope,
  handler: NonNullable<Provider["checkConfig"]>,
): Promise<pb.CheckResponse> {
  const news = scope.read(request.getNews());
  const olds = scope.read(request.getOlds());
  const type = request.getType() || typeOf(request.getUrn());
  const { inputs, failures } = await handler({
    urn: request.getUrn(),
    type,
    name: request.getName() || nameOf(request.getUrn()),
    // The engine sends empty olds, never none, at the first creation.
    ...(Object.keys(olds).length > 0 ? { olds: reveal(olds) } : {}),
    news: reveal(news),
    randomSeed: Buffer.from(request.getRandomseed_asU8()),
  });
  // A default taken over from the old inputs is as secret as it was there.
  const takenOver = Object.fromEntries(Object.entries(olds).filter(([key]) => !Object.hasOwn(news, key)));
  const response = new pb.CheckResponse();
  response.setInputs(
    encode(markSecrets(inputs, [news, takenOver], secretPaths(provider, type, reveal(news)))),
  );
  response.setFailuresList(failureMessages(failures));
  return response;
}

/** Diff and DiffConfig. */
export async function diff(
  request: pb.DiffRequest,
  scope: Scope,
  handler: NonNullable<Provider["diffConfig"]>,
): Promise<pb.DiffResponse> {
  const oldInputs = reveal(scope.read(request.getOldInputs()));
  const news = reveal(scope.read(request.getNews()));
  const result = await handler({
    urn: request.getUrn(),
    id: request.getId(),
    type: request.getType() || typeOf(request.getUrn()),
    oldInputs,
    oldOutputs: reveal(scope.read(request.getOlds())),
    news,
    ignoreChanges: request.getIgnorechangesList(),
  });
  return diffResponse(
    result,
    (property) => Object.hasOwn(oldInputs, property) || Object.hasOwn(news, property),
  );
}

/** Create. */
export async function create(
  provider: Provider,
  request: pb.CreateRequest,
  scope: Scope,
): Promise<pb.CreateResponse> {
  const inputs = scope.read(request.getProperties());
  const type = request.getType() || typeOf(request.getUrn());
  const mark = marker(provider, type, [inputs], reveal(inputs));
  scope.marks(mark);
  const result = await provider.create({
    urn: request.getUrn(),
    type,
    inputs: reveal(inputs),
    preview: request.getPreview(),
    timeoutSeconds: request.getTimeout(),
    signal: scope.signal,
  });
  if (result.id === "" && !request.getPreview()) throw new Error(`the creation of a ${type} gave no id`);
  return new pb.CreateResponse().setId(result.id).setProperties(encode(mark(result.outputs)));
}

/** Read. */
export async function read(
  provider: Provider,
  request: pb.ReadRequest,
  scope: Scope,
): Promise<pb.ReadResponse> {
  const inputs = scope.read(request.getInputs());
  const outputs = scope.read(request.getProperties());
  const type = request.getType() || typeOf(request.getUrn());
  // State is as secret as it was: a refresh must not print what an update had hidden.
  scope.marks(marker(provider, type, [inputs, outputs], reveal(inputs)));
  const result = await provider.read({
    urn: request.getUrn(),
    id: request.getId(),
    type,
    ...(request.hasInputs() ? { inputs: reveal(inputs) } : {}),
    ...(request.hasProperties() ? { outputs: reveal(outputs) } : {}),
  });
  const response = new pb.ReadResponse();
  if (result === undefined) return response;
  const mark = marker(provider, type, [inputs, outputs], reveal(result.inputs));
  response.setId(result.id);
  response.setProperties(encode(mark(result.outputs)));
  response.setInputs(encode(mark(result.inputs)));
  return response;
}

/** Update. */
export async function update(
  provider: Provider,
  request: pb.UpdateRequest,
  scope: Scope,
): Promise<pb.UpdateResponse> {
  const news = scope.read(request.getNews());
  const type = request.getType() || typeOf(request.getUrn());
  const mark = marker(provider, type, [news], reveal(news));
  scope.marks(mark);
  const { outputs } = await provider.update({
    urn: request.getUrn(),
    id: request.getId(),
    type,
    oldInputs: reveal(scope.read(request.getOldInputs())),
    oldOutputs: reveal(scope.read(request.getOlds())),
    news: reveal(news),
    preview: request.getPreview(),
    timeoutSeconds: request.getTimeout(),
    signal: scope.signal,
  });
  return new pb.UpdateResponse().setProperties(encode(mark(outputs)));
}

/** Delete. */
export async function remove(provider: Provider, request: pb.DeleteRequest, scope: Scope): Promise<Empty> {
  await provider.delete({
    urn: request.getUrn(),
    id: request.getId(),
    type: request.getType() || typeOf(request.getUrn()),
    oldInputs: reveal(scope.read(request.getOldInputs())),
    outputs: reveal(scope.read(request.getProperties())),
    timeoutSeconds: request.getTimeout(),
    signal: scope.signal,
  });
  return new Empty();
}

/** Invoke. */
export async function invoke(
  provider: Provider,
  request: pb.InvokeRequest,
  scope: Scope,
): Promise<pb.InvokeResponse> {
  if (provider.invoke === undefined) {
    throw new Unimplemented(`the stand-in plugin ${provider.name} does not serve ${request.getTok()}`);
  }
  const args = scope.read(request.getArgs());
  const { value, failures } = await provider.invoke(request.getTok(), reveal(args));
  const response = new pb.InvokeResponse();
  response.setReturn(encode(marker(provider, request.getTok(), [args], reveal(args))(value ?? {})));
  response.setFailuresList(failureMessages(failures ?? []));
  return response;
}

function marker(provider: Provider, type: string, templates: readonly ValueMap[], inputs: PlainMap) {
  const paths = secretPaths(provider, type, inputs);
  return (properties: ValueMap): ValueMap => markSecrets(properties, templates, paths);
}

function secretPaths(provider: Provider, type: string, inputs: PlainMap): readonly string[] {
  return provider.secretOutputs?.(type, inputs) ?? [];
}

/** CheckConfig of a provider that has none. */
export function accept({ news }: CheckRequest): Promise<{ inputs: PlainMap; failures: [] }> {
  return Promise.resolve({ inputs: news, failures: [] });
}

/** DiffConfig of a provider that has none. */
export function diffConfig({ oldInputs, news }: DiffRequest): Promise<DiffResult> {
  return Promise.resolve(diffInputs(withoutVersion(oldInputs), withoutVersion(news)));
}

/** The engine's own entries of a provider's configuration say nothing about what it serves. */
export function withoutVersion(config: PlainMap): PlainMap {
  const engineOwn = new Set(["version", "pluginDownloadURL", "__internal"]);
  return Object.fromEntries(Object.entries(config).filter(([key]) => !engineOwn.has(key)));
}

/** `urn:pulumi:stack::project::parent$type::name` */
function typeOf(resourceUrn: string): string {
  return resourceUrn.split("::")[2]?.split("$").at(-1) ?? "";
}

function nameOf(resourceUrn: string): string {
  return resourceUrn.split("::").slice(3).join("::");
}
