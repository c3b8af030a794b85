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
  return judgeTrust(region, await readStack(GLOBAL_STACK));
}

function judgeTrust(region: string, reading: StackReading): TrustReading {
  if (reading.kind !== "outputs") throw new Error(globalFirst(reading.stack, reading.kind));
  const { stack, outputs } = reading;
  const name = intermediateOutput(region);
  const contract = readContract(stack, outputs);
  if (!contract.secretNames.includes(name)) {
    throw new Error(
      `stack ${stack} holds no intermediate for region ${region}: it was last brought up with a regions table ` +
        `without it. Bring it up again first: pulumi up --stack ${GLOBAL_STACK}`,
    );
  }
  const fingerprint = outputs["rootFingerprint"];
  if (typeof fingerprint !== "string") {
    throw new Error(
      `stack ${stack} exports no rootFingerprint: bring it up once with this version: pulumi up --stack ${GLOBAL_STACK}`,
    );
  }
  return {
    intermediate: pulumi.secret(outputs[name]) as pulumi.Output<Intermediate>,
    rootFingerprint: fingerprint,
  };
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
