import * as pulumi from "@pulumi/pulumi";
import { GLOBAL_STACK } from "../../topology";
import { readContract } from "../internal/contract";
import { readStack, type StackReading } from "../internal/stack";
import type { Intermediate } from "./certificates";

/** What a region takes from the `global` stack. */
export interface TrustReading {
  /** The region's own intermediate; secret. */
  readonly intermediate: pulumi.Output<Intermediate>;
  /** SHA-256 of the root that signs. */
  readonly rootFingerprint: string;
}

/** Name of the output that holds a region's intermediate. */
export function intermediateOutput(region: string): string {
  return `intermediate-${region}`;
}

/** Reads a region's own intermediate, and nothing of the other regions', from the `global` stack. */
export async function readTrust(region: string): Promise<TrustReading> {
  const { value, fingerprint } = await readGlobalSecret<Intermediate>({
    region,
    output: intermediateOutput(region),
    what: "intermediate",
    fingerprintOutput: "rootFingerprint",
    since: "with a regions table without it",
  });
  return { intermediate: value, rootFingerprint: fingerprint };
}

/** What a region takes from the `global` stack, and how a message calls it. */
export interface GlobalSecret {
  readonly region: string;
  /** Name of the secret output. */
  readonly output: string;
  /** What it is, in words. */
  readonly what: string;
  /** Name of the plain output with the fingerprint of what signed it. */
  readonly fingerprintOutput: string;
  /** How the stack was last brought up where it has none for the region. */
  readonly since: string;
}

/** Reads one secret that is a region's own from the `global` stack. */
export async function readGlobalSecret<T>(
  wanted: GlobalSecret,
): Promise<{ readonly value: pulumi.Output<T>; readonly fingerprint: string }> {
  const reading: StackReading = await readStack(GLOBAL_STACK);
  if (reading.kind !== "outputs") throw new Error(globalFirst(reading.stack, reading.kind));
  const { stack, outputs } = reading;
  const contract = readContract(stack, outputs);
  if (!contract.secretNames.includes(wanted.output)) {
    throw new Error(
      `stack ${stack} holds no ${wanted.what} for region ${wanted.region}: it was last brought up ${wanted.since}. ` +
        `Bring it up again first: pulumi up --stack ${GLOBAL_STACK}`,
    );
  }
  const fingerprint = outputs[wanted.fingerprintOutput];
  if (typeof fingerprint !== "string") {
    throw new Error(
      `stack ${stack} exports no ${wanted.fingerprintOutput}: bring it up once with this version: ` +
        `pulumi up --stack ${GLOBAL_STACK}`,
    );
  }
  return { value: pulumi.secret(outputs[wanted.output]) as pulumi.Output<T>, fingerprint };
}

const WHY = {
  "unknown-stack": "does not exist",
  "no-resources": "exists but was never brought up, or was destroyed",
  "no-outputs": "has no outputs yet: its first update did not finish",
} as const;

function globalFirst(stack: string, kind: keyof typeof WHY): string {
  return (
    `stack ${stack} ${WHY[kind]}. A region's certificates are signed by the root that it holds, so it comes ` +
    `before the regions: pulumi up --stack ${GLOBAL_STACK}`
  );
}
