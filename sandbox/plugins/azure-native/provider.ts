import type { ArmResource } from "../../arm";
import {
  PartialFailure,
  type CheckResult,
  type CreateRequest,
  type DeleteRequest,
  type PlainMap,
  type Provider,
  type ReadRequest,
  type ReadResult,
  type UpdateRequest,
} from "../wire";
import { AcceptedFailure, ArmFailure, type ArmClient, type Limits } from "./client";
import { checkSettings } from "./config";
import { diffOf, refreshedInputs } from "./diff";
import { failuresOf, withDefaults } from "./inputs";
import { CREDENTIALS, invoke } from "./invokes";
import { previewOutputs, sdkFields, toBody, toInputs, toOutputs } from "./shapes";
import { idOf, parametersOf, tokenOf, type Token } from "./tokens";

/** How long an operation may take when the program sets no limit: azure-native's own two hours. */
const TWO_HOURS_S = 7200;
/** Outputs that no update changes: a preview may go on with the old ones. */
const STABLE = ["name", "location"];

export interface AzureNativeOptions {
  readonly version: string;
  readonly client: ArmClient;
}

/** Who the ARM stand-in takes us for. */
export interface Identity {
  readonly tenantId: string;
  readonly subscriptionId: string;
  readonly objectId: string;
  readonly clientId: string;
}

/** The azure-native stand-in: the real provider's ways with names, previews, diffs and refreshes, over the ARM stand-in. */
export class AzureNative implements Provider {
  readonly name = "azure-native";
  readonly version: string;
  private readonly client: ArmClient;
  private config: PlainMap = {};
  private known: Promise<Identity> | undefined;
  private readonly groups = new Map<string, string>();

  constructor(options: AzureNativeOptions) {
    this.version = options.version;
    this.client = options.client;
  }

  async checkConfig(request: { news: PlainMap }): Promise<CheckResult> {
    return Promise.resolve({ inputs: request.news, failures: checkSettings(request.news) });
  }

  async configure(config: PlainMap): Promise<void> {
    const [fault] = checkSettings(config);
    if (fault) throw new Error(`azure-native:${fault.property}: ${fault.reason}`);
    this.config = config;
    await Promise.resolve();
  }

  async check(request: Parameters<Provider["check"]>[0]): Promise<CheckResult> {
    const token = tokenOf(request.type);
    const location = this.config["location"];
    const inputs = await withDefaults(token, request, {
      ...(typeof location === "string" ? { location } : {}),
      groupLocation: (name) => this.groupLocation(name),
    });
    return { inputs, failures: failuresOf(token, inputs) };
  }

  async diff(request: Parameters<Provider["diff"]>[0]): ReturnType<Provider["diff"]> {
    return Promise.resolve(diffOf(tokenOf(request.type), request.oldInputs, request.news));
  }

  async create(request: CreateRequest): ReturnType<Provider["create"]> {
    const token = tokenOf(request.type);
    const { inputs } = request;
    if (request.preview) return { id: "", outputs: previewOutputs(token, inputs) };
    const id = idOf(token, await this.subscription(), inputs);
    const limits = within(request);
    if (await this.find(token, id, limits))
      throw new Error(`cannot create already existing resource '${id}'`);
    return this.write(token, id, inputs, limits);
  }

  async update(request: UpdateRequest): ReturnType<Provider["update"]> {
    const token = tokenOf(request.type);
    if (request.preview) {
      const outputs = previewOutputs(token, request.news);
      for (const name of STABLE) {
        const old = request.oldOutputs[name];
        if (old !== undefined) outputs[name] = old;
      }
      return { outputs };
    }
    return this.write(token, request.id, request.news, within(request));
  }

  async read(request: ReadRequest): Promise<ReadResult | undefined> {
    const token = tokenOf(request.type);
    const resource = await this.find(
      token,
      request.id,
      within({ timeoutSeconds: 0, signal: new AbortController().signal }),
    );
    if (!resource) return undefined;
    const outputs = toOutputs(token, resource);
    const fields = sdkFields(token);
    const after = toInputs(fields, outputs);
    const { inputs } = request;
    if (!inputs || Object.keys(inputs).length === 0) {
      const imported = { ...after, ...parametersOf(token, request.id), azureApiVersion: token.apiVersion };
      return { id: resource.id, outputs, inputs: imported };
    }
    const before = toInputs(fields, request.outputs ?? {});
    return { id: request.id, outputs, inputs: refreshedInputs(inputs, before, after) };
  }

  async delete(request: DeleteRequest): Promise<void> {
    const token = tokenOf(request.type);
    await this.client.delete(versioned(token, request.id), within(request));
  }

  async invoke(token: string, args: PlainMap): ReturnType<NonNullable<Provider["invoke"]>> {
    const limits = within({ timeoutSeconds: 0, signal: new AbortController().signal });
    return {
      value: await invoke({ client: this.client, identity: await this.identity(), limits }, token, args),
    };
  }

  secretOutputs(type: string): readonly string[] {
    return Object.hasOwn(CREDENTIALS, type) ? ["kubeconfigs"] : [];
  }

  private async write(
    token: Token,
    id: string,
    inputs: PlainMap,
    limits: Limits,
  ): Promise<{ id: string; outputs: PlainMap }> {
    try {
      await this.client.put(versioned(token, id), toBody(token, inputs), limits);
    } catch (error) {
      // Refused, or nobody knows: as with the real provider that stays out of the state. What was accepted does not.
      if (!(error instanceof AcceptedFailure)) throw error;
      const half = await this.find(
        token,
        id,
        within({ timeoutSeconds: 30, signal: new AbortController().signal }),
      ).catch(() => undefined);
      throw new PartialFailure(half?.id ?? id, half ? toOutputs(token, half) : inputs, [error.message]);
    }
    const resource = (await this.client.get(versioned(token, id), limits)) as ArmResource;
    return { id: resource.id, outputs: toOutputs(token, resource) };
  }

  private async find(token: Token, id: string, limits: Limits): Promise<ArmResource | undefined> {
    try {
      return (await this.client.get(versioned(token, id), limits)) as ArmResource;
    } catch (error) {
      if (error instanceof ArmFailure && error.status === 404) return undefined;
      throw error;
    }
  }

  private async groupLocation(name: string): Promise<string | undefined> {
    const token = tokenOf("azure-native:resources:ResourceGroup");
    const cached = this.groups.get(name);
    if (cached !== undefined) return cached;
    const id = idOf(token, await this.subscription(), { resourceGroupName: name });
    const group = await this.find(
      token,
      id,
      within({ timeoutSeconds: 0, signal: new AbortController().signal }),
    );
    if (group?.location !== undefined) this.groups.set(name, group.location);
    return group?.location;
  }

  private async subscription(): Promise<string> {
    return (await this.identity()).subscriptionId;
  }

  /** Like the Azure CLI's account: the configured subscription, or the one that the sandbox has. */
  private async identity(): Promise<Identity> {
    this.known ??= this.client
      .get("/sandbox/identity", within({ timeoutSeconds: 0, signal: new AbortController().signal }))
      .then((answer) => answer as Identity);
    const identity = await this.known;
    const { subscriptionId } = this.config;
    return typeof subscriptionId === "string" && subscriptionId !== ""
      ? { ...identity, subscriptionId }
      : identity;
  }
}

function within(request: { readonly timeoutSeconds: number; readonly signal: AbortSignal }): Limits {
  const seconds = request.timeoutSeconds > 0 ? request.timeoutSeconds : TWO_HOURS_S;
  return { signal: request.signal, deadline: Date.now() + seconds * 1000 };
}

const versioned = (token: Token, id: string): string => `${encodeURI(id)}?api-version=${token.apiVersion}`;
