import { execFile } from "node:child_process";
import { parseAllDocuments } from "yaml";
import { isFields, items, type Fields } from "../../istio/rules/fields";
import type { ChartCall } from "./chart";

/** What a chart makes, or why that is not to be had. */
export type Rendered =
  | { readonly state: "rendered"; readonly objects: readonly Fields[] }
  | { readonly state: "failed"; readonly reason: string };

/** Renders a chart. */
export type Render = (call: ChartCall) => Promise<Rendered>;

/** The longest that a chart may take, its download included. */
const LIMIT_MS = 60_000;
const LARGEST_OUTPUT = 64 * 1024 * 1024;

/** The program that renders, unless GUARDRAILS_HELM names another. */
function helm(): string {
  const named = process.env["GUARDRAILS_HELM"] ?? "";
  return named === "" ? "helm" : named;
}

/** The Kubernetes of this program's clusters. */
const KUBERNETES_VERSION = "1.35.0";

/**
 * The Kubernetes that charts are rendered for, unless GUARDRAILS_KUBERNETES_VERSION names another. Helm's own guess is
 * the age of a library in its build, 1.20 in one that was built as a Go module, and charts refuse that.
 */
function kubernetesVersion(): string {
  const named = process.env["GUARDRAILS_KUBERNETES_VERSION"] ?? "";
  return named === "" ? KUBERNETES_VERSION : named;
}

/** Renders with Helm, the same call only once: every preview judges a Release by more than one rule. */
export function helmRenderer(limitMs = LIMIT_MS): Render {
  const known = new Map<string, Promise<Rendered>>();
  return (call) => {
    const key = JSON.stringify([helm(), kubernetesVersion(), call]);
    const found = known.get(key);
    if (found !== undefined) return found;
    const made = run(call, limitMs);
    known.set(key, made);
    return made;
  };
}

function run({ args, values }: ChartCall, limitMs: number): Promise<Rendered> {
  return new Promise((resolve) => {
    const options = {
      encoding: "utf8",
      maxBuffer: LARGEST_OUTPUT,
      timeout: limitMs,
      killSignal: "SIGKILL",
    } as const;
    const asked = [...args, "--kube-version", kubernetesVersion()];
    const child = execFile(helm(), asked, options, (error, stdout, stderr) => {
      resolve(
        error === null ? parsed(stdout) : { state: "failed", reason: reasonOf(error, stderr, limitMs) },
      );
    });
    // Helm may end without having read its input.
    child.stdin?.on("error", () => undefined);
    child.stdin?.end(values);
  });
}

/** As Helm reads it: YAML 1.1, where `yes` is true, with merged maps, and the last of equal keys holds. */
const AS_HELM = {
  version: "1.1",
  merge: true,
  uniqueKeys: false,
  logLevel: "error",
  // Go takes `12:30` and dates for texts.
  customTags: (tags) =>
    tags.filter(
      (tag) =>
        typeof tag === "string" || (tag.format !== "TIME" && tag.tag !== "tag:yaml.org,2002:timestamp"),
    ),
} as const satisfies NonNullable<Parameters<typeof parseAllDocuments>[1]>;

/** Never throws, since nobody would catch it: an alias without an anchor, for one, shows up only in the values. */
function parsed(manifest: string): Rendered {
  try {
    return { state: "rendered", objects: objectsOf(manifest) };
  } catch {
    return { state: "failed", reason: "what the chart renders is no YAML" };
  }
}

function objectsOf(manifest: string): readonly Fields[] {
  const documents = parseAllDocuments(manifest, AS_HELM);
  const roots = documents
    .map((document) => {
      if (document.errors[0] !== undefined) throw document.errors[0];
      // Helm, too, hands on JSON. A value that holds itself has none.
      return JSON.parse(JSON.stringify(document.toJS())) as unknown;
    })
    .filter(isFields);
  // A chart may put several objects into one document.
  return roots.flatMap((root) =>
    root["kind"] === "List" ? items("", root["items"]).map(({ value }) => value) : [root],
  );
}

/** Helm's own words may repeat values, and so secrets: they are only told apart. */
const REASONS: readonly (readonly [RegExp, string])[] = [
  [/values don't meet the specifications of the schema/, "its values do not meet the chart's schema"],
  [/kubeVersion/, "the chart is for another Kubernetes (GUARDRAILS_KUBERNETES_VERSION may name it)"],
  [
    /no such host|dial tcp|connection refused|i\/o timeout|TLS handshake|no route to host/i,
    "the chart's repository cannot be reached",
  ],
  [/not found|no such file|failed to locate|not a valid chart/i, "the chart was not found"],
];

function reasonOf(
  error: Error & { code?: unknown; killed?: unknown },
  stderr: string,
  limitMs: number,
): string {
  if (error.code === "ENOENT") return "helm is not on PATH (GUARDRAILS_HELM may name it)";
  if (error.code === "EACCES") return "helm may not be run";
  if (error.killed === true) return `helm did not end within ${limitMs / 1000} s`;
  const known = REASONS.find(([words]) => words.test(stderr))?.[1];
  return known ?? "helm template failed; run it by hand to see why";
}
