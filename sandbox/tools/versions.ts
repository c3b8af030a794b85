import { versionOf } from "./recipes";
import type { ToolName } from "./types";

/** How to ask a program on PATH for its version, and which answers will do. */
export interface VersionRule {
  readonly args: readonly string[];
  /** What is accepted, in words for the message of a refusal. */
  readonly wanted: string;
  readonly accepts: (version: SemanticVersion) => boolean;
}

/** Major, minor and patch. */
export interface SemanticVersion {
  readonly major: number;
  readonly minor: number;
  readonly patch: number;
}

/**
 * Rules by tool. Servers must be exactly those that the sandbox was tested with; clients may be what a user
 * has, as far as their makers promise that they work with the servers.
 */
export function versionRule(tool: ToolName): VersionRule {
  switch (tool) {
    case "pulumi":
      return {
        args: ["version"],
        wanted: "3.220 or later 3",
        accepts: ({ major, minor }) => major === 3 && minor >= 220,
      };
    case "helm":
      // Helm 4 applies on the server's side and then collides with what istiod writes into its webhooks.
      return {
        args: ["version", "--template", "{{.Version}}"],
        wanted: "3.18 or later 3",
        accepts: ({ major, minor }) => major === 3 && minor >= 18,
      };
    case "kubectl":
      return {
        args: ["version", "--client", "-o", "json"],
        wanted: "within one minor of 1.35",
        accepts: ({ major, minor }) => major === 1 && Math.abs(minor - 35) <= 1,
      };
    case "envoy":
      return exactly(tool, ["--version"]);
    case "pilot-agent":
    case "pilot-discovery":
      return exactly(tool, ["version", "-o", "json"]);
    case "istioctl":
      return exactly(tool, ["version", "--remote=false", "-o", "json"]);
    case "etcd":
    case "kube-apiserver":
    case "kube-controller-manager":
      return exactly(tool, ["--version"]);
    case "redis-server":
      return {
        args: ["--version"],
        wanted: "6.2 or later",
        accepts: ({ major, minor }) => major > 6 || (major === 6 && minor >= 2),
      };
    case "ratelimit":
      throw new Error("ratelimit is not asked: it knows no flags, and would start.");
    case "pulumi-language-nodejs":
      throw new Error("pulumi-language-nodejs is not asked: the one beside an accepted pulumi is taken.");
  }
}

/** The first version in a program's answer. A pre-release of a version counts as that version. */
export function parseVersion(text: string): SemanticVersion | undefined {
  const match = /(?<![\d.])v?(\d+)\.(\d+)\.(\d+)/.exec(text);
  return match === null
    ? undefined
    : { major: Number(match[1]), minor: Number(match[2]), patch: Number(match[3]) };
}

/** `3.220.0`. */
export function formatVersion({ major, minor, patch }: SemanticVersion): string {
  return `${major}.${minor}.${patch}`;
}

function exactly(tool: ToolName, args: readonly string[]): VersionRule {
  const wanted = versionOf(tool);
  return { args, wanted: `exactly ${wanted}`, accepts: (version) => formatVersion(version) === wanted };
}
