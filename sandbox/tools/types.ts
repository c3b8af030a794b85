/** Programs that clusters and the engine are made of. */
export const CONTROL_TOOLS = [
  "pulumi",
  "pulumi-language-nodejs",
  "etcd",
  "kube-apiserver",
  "kube-controller-manager",
  "helm",
  "kubectl",
  "pilot-discovery",
  "istioctl",
] as const;

/** Programs that requests pass through: got when a data plane first runs. */
export const DATA_PLANE_TOOLS = ["pilot-agent", "envoy"] as const;

/** Programs that the sandbox runs. */
export const TOOL_NAMES = [...CONTROL_TOOLS, ...DATA_PLANE_TOOLS] as const;

/** What counts global rate limits: the service that proxies ask, and its store. Tests run them beside the sandbox. */
export const RATE_LIMIT_TOOLS = ["ratelimit", "redis-server"] as const;

/** All programs that there are recipes for. */
export const ALL_TOOLS = [...TOOL_NAMES, ...RATE_LIMIT_TOOLS] as const;
export type ToolName = (typeof ALL_TOOLS)[number];

/** Where a tool came from: PATH, the cache, or put into the cache just now. */
export type ToolSource = "path" | "cache" | "download" | "build" | "package";

/** A tool that is ready to run. */
export interface ResolvedTool {
  readonly name: ToolName;
  readonly path: string;
  readonly version: string;
  readonly source: ToolSource;
  /** What a user may want to know, e.g. why the one on PATH was refused. */
  readonly note?: string;
}

/** One step on the way to a tool. */
export interface ToolEvent {
  readonly tool: string;
  readonly phase: "check" | "refused" | "download" | "build" | "ready";
  readonly detail: string;
  /** Seconds since work on this tool began. */
  readonly seconds: number;
}

/** How to get tools. */
export interface EnsureOptions {
  /** Receives every step. @default nobody hears of them */
  readonly onProgress?: (event: ToolEvent) => void;
  /** Ends downloads and builds. */
  readonly signal?: AbortSignal;
  /** PATH, HOME, GLOBAL_MESH_CACHE, XDG_CACHE_HOME and Go's own settings. @default this process's environment */
  readonly env?: NodeJS.ProcessEnv;
}
