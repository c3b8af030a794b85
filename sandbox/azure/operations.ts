import { randomUUID } from "node:crypto";
import { ArmError } from "./errors";
import { parseId, sameId } from "./ids";
import type { JsonObject } from "./shapes";

/** A long-running operation, as `Azure-AsyncOperation` shows it. */
export interface Operation {
  readonly id: string;
  readonly resourceId: string;
  readonly kind: "put" | "delete";
  readonly startTime: string;
  status: "InProgress" | "Succeeded" | "Failed" | "Canceled";
  endTime?: string;
  error?: { readonly code: string; readonly message: string };
  /** Settles when the operation has ended, however it ended. */
  done: Promise<void>;
}

/** How an operation is to end when not well. */
export class OperationEnd extends Error {
  constructor(
    readonly status: "Failed" | "Canceled",
    readonly code: string,
    message: string,
  ) {
    super(message);
    this.name = "OperationEnd";
  }
}

/** Runs operations and refuses those that would cross one under way. */
export class Operations {
  private readonly known = new Map<string, Operation>();

  get(id: string): Operation | undefined {
    return this.known.get(id);
  }
  underWay(): Operation[] {
    return [...this.known.values()].filter((operation) => operation.status === "InProgress");
  }

  /** Starts `work`; `failed` is told how it ended when it did not end well. */
  start(
    resourceId: string,
    kind: "put" | "delete",
    work: () => Promise<void>,
    failed: (error: { code: string; message: string }) => void,
  ): Operation {
    const operation: Operation = {
      id: randomUUID(),
      resourceId,
      kind,
      startTime: new Date().toISOString(),
      status: "InProgress",
      done: Promise.resolve(),
    };
    this.known.set(operation.id, operation);
    operation.done = work()
      .then(() => {
        operation.status = "Succeeded";
      })
      .catch((error: unknown) => {
        const message = error instanceof Error ? error.message : String(error);
        const coded = error instanceof OperationEnd || error instanceof ArmError;
        operation.error = { code: coded ? error.code : "InternalOperationError", message };
        operation.status = error instanceof OperationEnd ? error.status : "Failed";
        failed(operation.error);
      })
      .finally(() => {
        operation.endTime = new Date().toISOString();
      });
    return operation;
  }

  /** Refuses a change of `id` while another one of the same whole is under way, in the words of its service. */
  refuseCrossing(id: string, type: string): void {
    for (const operation of this.underWay()) {
      const other = parseId(operation.resourceId);
      if (!other) continue;
      if (type.startsWith("Microsoft.Network/") && sameId(wholeOf(id), wholeOf(operation.resourceId))) {
        throw new ArmError(
          429,
          "AnotherOperationInProgress",
          `Another operation on this or dependent resource is in progress. To retrieve status of the operation use uri: /operations/${operation.id}.`,
          { "Retry-After": "1", "x-ms-retry-after-ms": "100" },
        );
      }
      if (type.startsWith("Microsoft.ContainerService/") && aksCrosses(id, operation.resourceId)) {
        throw new ArmError(
          409,
          "OperationNotAllowed",
          `Operation is not allowed because there's an in progress ${operation.kind} operation on ${operation.resourceId} started at ${operation.startTime}. Please wait for it to finish before starting a new operation.`,
        );
      }
    }
  }
}

/** What is locked as one: a virtual network with its subnets and peerings; any other resource by itself. */
function wholeOf(id: string): string {
  const parsed = parseId(id);
  return parsed && /\/virtualNetworks\/./i.test(parsed.type) ? (parsed.parent ?? id) : id;
}

/** A cluster's own operation blocks it and its pools; a pool's blocks itself and the cluster. */
function aksCrosses(id: string, busy: string): boolean {
  const clusterOf = (one: string) => {
    const parsed = parseId(one);
    return parsed && /\/agentPools$/i.test(parsed.type) ? (parsed.parent ?? one) : one;
  };
  if (!/\/agentPools$/i.test(parseId(busy)?.type ?? "")) return sameId(clusterOf(id), busy);
  return sameId(id, busy) || sameId(id, clusterOf(busy));
}

/** The answer to a poll. */
export function operationBody(operation: Operation): JsonObject {
  return {
    id: operation.id,
    name: operation.id,
    status: operation.status,
    startTime: operation.startTime,
    ...(operation.endTime === undefined ? {} : { endTime: operation.endTime }),
    ...(operation.error === undefined ? {} : { error: { ...operation.error } }),
  };
}
