import type { ProcessRegistry } from "../processes";
import type { Command } from "./runners";

/** What a container needs of its pod. */
export interface ContainerHost {
  readonly registry: ProcessRegistry;
  /** Name in process records and logs, e.g. `eastus/istio-system/istiod-abc/discovery`. */
  readonly processName: string;
  readonly logFile: string;
  readonly workingFolder: string;
  /** Where the container's ports are. */
  readonly address: string;
  readonly restartPolicy: "Always" | "OnFailure" | "Never";
  /** Makes the command anew for each start; a HeldError holds the container. */
  command(): Promise<Command>;
  onChange(): void;
  onEvent(type: "Normal" | "Warning", reason: string, message: string): void;
}
