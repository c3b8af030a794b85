import type { AsyncLocalStorage } from "node:async_hooks";
import * as pulumi from "@pulumi/pulumi";
import type {
  RegisterResourceOutputsRequest,
  RegisterResourceRequest,
} from "@pulumi/pulumi/proto/resource_pb";
import { mockOutputs } from "./mock-resources";
import { byName, registration, short, shown, type Registration } from "./registrations";

export { shown, type Registration } from "./registrations";

/** Answers of the functions that a program calls. */
export type Invokes = Readonly<Record<string, (args: Readonly<Record<string, unknown>>) => unknown>>;

/** What a program is run with. */
export interface RunArgs {
  readonly stack: string;
  readonly config?: Readonly<Record<string, string>>;
  readonly secretKeys?: readonly string[];
  /** By token; a call that is not among them fails, as an unmocked resource type does. */
  readonly invokes?: Invokes;
  /** @default false */
  readonly preview?: boolean;
}

/** What a program did. */
export interface Run {
  /** Sorted by type and name. */
  readonly registrations: readonly Registration[];
  /** Stack outputs, secrets as `[secret]`. */
  readonly outputs: Readonly<Record<string, unknown>>;
  readonly warnings: readonly string[];
  /** Tokens of the functions that were called, in order, and types of what was registered in between. */
  readonly order: readonly string[];
}

export const PROJECT = "global-mesh";
export const ORGANIZATION = "organization";

/** Name of a stack as the engine has it. */
export const stackName = (stack: string): string => `${ORGANIZATION}/${PROJECT}/${stack}`;

/** An answer that the engine gives instead of a value. */
export function engineError(message: string): Error {
  return Object.assign(new Error(message), { details: message });
}

/**
 * Runs a program under Pulumi's mocks and waits for every registration: what is registered in an `apply`
 * comes last and would else be missed.
 */
export async function runProgram(args: RunArgs, program: () => Promise<unknown>): Promise<Run> {
  const internals = await runtimeInternals();
  return internals.storage.run(new internals.LocalStore(), async () => {
    const order: string[] = [];
    const warnings: string[] = [];
    const requests: RegisterResourceRequest[] = [];
    let outputs: unknown = {};
    await pulumi.runtime.setMocks(
      mocksOf(args, order),
      PROJECT,
      args.stack,
      args.preview ?? false,
      ORGANIZATION,
    );
    pulumi.runtime.setAllConfig({ ...args.config }, [...(args.secretKeys ?? [])]);
    internals.spy({
      registration: (request) => requests.push(request),
      // Outputs of components are their own affair; those of the stack are what others see.
      outputs: (request) => {
        if (short(request.getUrn()).startsWith("pulumi:pulumi:Stack::")) {
          outputs = request.getOutputs()?.toJavaScript() ?? {};
        }
      },
      warning: (text) => warnings.push(text),
    });
    await pulumi.runtime.runInPulumiStack(program);
    await internals.settled();
    return {
      registrations: requests.map(registration).toSorted(byName),
      outputs: shown(outputs) as Record<string, unknown>,
      warnings,
      order,
    };
  });
}

function mocksOf(args: RunArgs, order: string[]): pulumi.runtime.Mocks {
  return {
    newResource: ({ type, name, inputs, custom }) => {
      order.push(type);
      const state = {
        ...(inputs as object),
        ...(custom === true ? mockOutputs(type, name, inputs as Record<string, unknown>) : {}),
      };
      return { id: mockId(type, name, state), state };
    },
    call: async ({ token, inputs }) => {
      order.push(token);
      const answer = args.invokes?.[token];
      if (answer === undefined) throw engineError(`function ${token} is not mocked`);
      return (await answer(inputs as Record<string, unknown>)) as Record<string, unknown>;
    },
  };
}

function mockId(type: string, name: string, state: Readonly<Record<string, unknown>>): string {
  return typeof state["id"] === "string" ? state["id"] : `${type}::${name}`;
}

type Send<Request> = (request: Request, callback: unknown) => unknown;

interface Monitor {
  registerResource: Send<RegisterResourceRequest>;
  registerResourceOutputs: Send<RegisterResourceOutputsRequest>;
}

/** What is heard of the run that is under way. */
interface Listener {
  registration(request: RegisterResourceRequest): void;
  outputs(request: RegisterResourceOutputsRequest): void;
  warning(text: string): void;
}

interface Internals {
  readonly storage: AsyncLocalStorage<unknown>;
  readonly LocalStore: new () => object;
  /** Waits until nothing is under way; rejects when something failed. */
  settled(): Promise<void>;
  spy(listener: Listener): void;
}

/** Parts of the SDK that it does not declare: a store per run keeps runs apart. */
async function runtimeInternals(): Promise<Internals> {
  const state = (await import("@pulumi/pulumi/runtime/state")) as unknown as {
    LocalStore: new () => object;
    getStore(): { settings: { monitor: Monitor; engine?: unknown } };
  };
  const settings = (await import("@pulumi/pulumi/runtime/settings")) as unknown as {
    waitForRPCs(): Promise<void>;
  };
  return {
    storage: (global as unknown as { asyncLocalStorage: AsyncLocalStorage<unknown> }).asyncLocalStorage,
    LocalStore: state.LocalStore,
    settled: () => settings.waitForRPCs(),
    spy(listener) {
      const { settings: run } = state.getStore();
      const { monitor } = run;
      const [register, finish] = [
        monitor.registerResource.bind(monitor),
        monitor.registerResourceOutputs.bind(monitor),
      ];
      monitor.registerResource = (request, callback) => {
        listener.registration(request);
        return register(request, callback);
      };
      monitor.registerResourceOutputs = (request, callback) => {
        listener.outputs(request);
        return finish(request, callback);
      };
      run.engine = mockEngine(listener);
    },
  };
}

type Callback = (error: Error | null, response?: unknown) => void;

function mockEngine(listener: Listener): unknown {
  const WARNING = 2;
  return {
    log(request: { getSeverity(): number; getMessage(): string }, callback: Callback) {
      if (request.getSeverity() === WARNING) listener.warning(request.getMessage());
      callback(null);
    },
    setRootResource: (_: unknown, callback: Callback) => callback(null),
    getRootResource: (_: unknown, callback: Callback) => callback(null, { getUrn: () => "" }),
  };
}
