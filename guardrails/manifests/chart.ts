import { hasLogin } from "../../istio/rules/address";
import { at, hasUnknown, list, type Fields } from "../../istio/rules/fields";

/** What Helm has to be told to render a Release as it is going to be installed. */
export interface ChartCall {
  readonly args: readonly string[];
  /** Values, as the file on standard input; they may hold secrets, and so stand in no argument. */
  readonly values: string;
}

/** What becomes of a Release: a call, later once all is known, or never with the reason. */
export type ReadRelease =
  | { readonly state: "known"; readonly call: ChartCall }
  | { readonly state: "later" }
  | { readonly state: "never"; readonly reason: string };

/** Inputs by which a chart is found and rendered. */
const NEEDED = [
  "chart",
  "dependencyUpdate",
  "devel",
  "disableWebhooks",
  "name",
  "namespace",
  "postrender",
  "repositoryOpts",
  "skipCrds",
  "valueYamlFiles",
  "values",
  "version",
];

/** Reads the inputs of a `kubernetes:helm.sh/v3:Release`. */
export function readRelease(logicalName: string, release: Fields): ReadRelease {
  if (NEEDED.some((key) => hasUnknown(release[key]))) return { state: "later" };
  const reason = notRendered(release);
  if (reason !== undefined) return { state: "never", reason };
  const repository = release["repositoryOpts"];
  const chart = text(release["chart"]);
  const flags: readonly (readonly [string, unknown])[] = [
    ["--namespace", text(release["namespace"]) || "default"],
    ["--version", release["version"]],
    // The plugin, too, takes no repository for a chart that names its registry.
    ["--repo", chart.startsWith("oci://") ? undefined : at(repository, "repo")],
    ["--ca-file", at(repository, "caFile")],
    ["--cert-file", at(repository, "certFile")],
    ["--key-file", at(repository, "keyFile")],
  ];
  return {
    state: "known",
    call: {
      args: [
        "template",
        text(release["name"]) || logicalName,
        chart,
        ...flags.flatMap(([flag, value]) => (text(value) === "" ? [] : [flag, text(value)])),
        // Tests run when someone asks for them, and an installation makes none of their objects.
        "--skip-tests",
        ...(release["disableWebhooks"] === true ? ["--no-hooks"] : []),
        ...(release["skipCrds"] === true ? [] : ["--include-crds"]),
        ...(release["devel"] === true ? ["--devel"] : []),
        ...(release["dependencyUpdate"] === true ? ["--dependency-update"] : []),
        "--values",
        "-",
      ],
      values: JSON.stringify(release["values"] ?? {}),
    },
  };
}

function notRendered(release: Fields): string | undefined {
  const chart = text(release["chart"]);
  if (chart === "") return "it names no chart";
  // The engine starts a pack in the pack's own folder and does not say where the program is.
  if (chart.startsWith(".")) return "its chart's folder is given relative to the program, not in full";
  if (list(release["valueYamlFiles"]).length > 0) return "its valueYamlFiles are not read here";
  if (text(release["postrender"]) !== "") return "its postrender program is not run here";
  const login = [at(release, "repositoryOpts", "username"), at(release, "repositoryOpts", "password")];
  // Helm takes them as arguments only, where every process of the machine can read them.
  const addresses = [chart, text(at(release, "repositoryOpts", "repo"))];
  if (login.some((part) => text(part) !== "") || addresses.some(hasLogin)) {
    return "its repository asks for a password";
  }
  return undefined;
}

function text(value: unknown): string {
  return typeof value === "string" ? value.trim() : "";
}
