import type * as pulumi from "@pulumi/pulumi";
import { readGlobalSecret } from "../trust/reading";
import type { Issuer } from "./issuer";

/** What a region with Linkerd takes from the `global` stack. */
export interface IssuerReading {
  /** The region's own issuer; secret. */
  readonly issuer: pulumi.Output<Issuer>;
  /** SHA-256 of the anchor that signs. */
  readonly rootFingerprint: string;
}

/** Name of the output that holds a region's issuer. */
export function issuerOutput(region: string): string {
  return `issuer-${region}`;
}

/** Reads a region's own issuer, and nothing of the other regions', from the `global` stack. */
export async function readIssuer(region: string): Promise<IssuerReading> {
  const { value, fingerprint } = await readGlobalSecret<Issuer>({
    region,
    output: issuerOutput(region),
    what: "issuer of Linkerd",
    fingerprintOutput: "anchorFingerprint",
    since: "with a regions table without it, or before meshKind said linkerd",
  });
  return { issuer: value, rootFingerprint: fingerprint };
}
