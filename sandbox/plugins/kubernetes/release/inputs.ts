import { isMap, isUnknown, own, type Failure, type Plain, type PlainMap } from "../../wire";
import { asMap, asText, without } from "../plain";

/** Input properties that the stand-in passes on to Helm. */
const SERVED = [
  "allowNullValues",
  "atomic",
  "chart",
  "cleanupOnFail",
  "createNamespace",
  "dependencyUpdate",
  "description",
  "devel",
  "disableCRDHooks",
  "disableOpenapiValidation",
  "disableWebhooks",
  "forceUpdate",
  "maxHistory",
  "name",
  "namespace",
  "renderSubchartNotes",
  "repositoryOpts",
  "resetValues",
  "reuseValues",
  "skipAwait",
  "skipCrds",
  "takeOwnership",
  "timeout",
  "values",
  "version",
  "waitForJobs",
] as const;

/** Input properties of the official resource that the stand-in does not have. */
const REFUSED: Readonly<Record<string, string>> = {
  keyring: "chart signatures are not verified",
  verify: "chart signatures are not verified",
  lint: "run helm lint by itself",
  manifest: "it is no input",
  postrender: "no other program is run",
  recreatePods: "Helm has deprecated it",
  replace: "a name is never used twice",
  resourceNames: "it is no input",
  valueYamlFiles: "give the contents in values",
};

const REPOSITORY_SERVED = ["repo", "caFile", "certFile", "keyFile"];

/** How long Helm waits unless told otherwise, in seconds. */
export const DEFAULT_TIMEOUT_SECONDS = 300;

/** What is wrong with a Release's inputs, all at once. */
export function checkRelease(news: PlainMap): Failure[] {
  const failures: Failure[] = [];
  for (const [property, value] of Object.entries(news)) {
    // The SDK sends `compat` with every Release; it means nothing here.
    if (value === null || property === "compat" || property === "checksum") continue;
    if ((SERVED as readonly string[]).includes(property)) continue;
    if (value === false) continue;
    const why = REFUSED[property];
    failures.push({
      property,
      reason:
        why === undefined
          ? `there is no such property of a Release; known are ${SERVED.join(", ")}.`
          : `the sandbox's kubernetes plugin does not serve it: ${why}.`,
    });
  }
  for (const key of Object.keys(asMap(own(news, "repositoryOpts"))))
    if (!REPOSITORY_SERVED.includes(key))
      failures.push({
        property: `repositoryOpts.${key}`,
        reason: `the sandbox's kubernetes plugin only takes ${REPOSITORY_SERVED.join(", ")}.`,
      });
  const chart = own(news, "chart");
  if (!isUnknown(chart) && asText(chart) === "")
    failures.push({ property: "chart", reason: "must be set: a name, a folder, or an oci:// address." });
  const values = own(news, "values");
  if (values !== undefined && values !== null && !isMap(values) && !isUnknown(values))
    failures.push({ property: "values", reason: "must be an object." });
  return failures;
}

/**
 * The inputs as they are kept: with defaults, and without what says nothing (false, zero, empty), so that
 * leaving a property out and setting it to its default are the same.
 */
export function withDefaults(news: PlainMap, name: Plain, namespace: string): PlainMap {
  const skipAwait = own(news, "skipAwait");
  const timeout =
    skipAwait === true || own(news, "timeout") !== undefined ? {} : { timeout: DEFAULT_TIMEOUT_SECONDS };
  const given = without(news, "compat", "allowNullValues", "checksum");
  const kept = Object.entries({ ...given, ...timeout }).filter(([, value]) => !saysNothing(value));
  const home = own(news, "namespace");
  return {
    ...Object.fromEntries(kept),
    name,
    namespace: home === undefined || home === null || home === "" ? namespace : home,
  };
}

function saysNothing(value: Plain): boolean {
  return (
    value === null ||
    value === false ||
    value === "" ||
    value === 0 ||
    (isMap(value) && Object.keys(value).length === 0)
  );
}

/** Where a release is. */
export function place(inputs: PlainMap): [namespace: string, name: string] {
  return [asText(own(inputs, "namespace")), asText(own(inputs, "name"))];
}

/** Helm's arguments that say which chart. */
export function chartArguments(inputs: PlainMap): string[] {
  const repository = asMap(own(inputs, "repositoryOpts"));
  const chart = asText(own(inputs, "chart")).trim();
  const repo = asText(own(repository, "repo"));
  const remote = /^[a-z][a-z0-9+.-]*:\/\//i.test(repo) && !chart.startsWith("oci://");
  const location = remote || repo === "" || chart.includes("/") ? chart : `${repo}/${chart}`;
  return [
    location,
    ...(remote ? ["--repo", repo] : []),
    ...option("--version", own(inputs, "version")),
    ...flag("--devel", own(inputs, "devel")),
    ...option("--ca-file", own(repository, "caFile")),
    ...option("--cert-file", own(repository, "certFile")),
    ...option("--key-file", own(repository, "keyFile")),
  ];
}

/** Helm's arguments of both installation and upgrade. Values come on standard input: they may be secret. */
function commonArguments(inputs: PlainMap): string[] {
  return [
    ...chartArguments(inputs),
    "--namespace",
    asText(own(inputs, "namespace")),
    ...(own(inputs, "values") === undefined ? [] : ["--values", "-"]),
    ...waitArguments(inputs),
    ...flag("--wait-for-jobs", own(inputs, "skipAwait") === true ? false : own(inputs, "waitForJobs")),
    ...flag("--atomic", own(inputs, "atomic")),
    ...flag("--dependency-update", own(inputs, "dependencyUpdate")),
    ...flag("--disable-openapi-validation", own(inputs, "disableOpenapiValidation")),
    ...flag("--render-subchart-notes", own(inputs, "renderSubchartNotes")),
    ...flag("--take-ownership", own(inputs, "takeOwnership")),
    ...option("--description", own(inputs, "description")),
  ];
}

/** Helm's arguments that say whether and how long to wait. */
export function waitArguments(inputs: PlainMap): string[] {
  const seconds = Number(own(inputs, "timeout") ?? 0) || DEFAULT_TIMEOUT_SECONDS;
  const wait = own(inputs, "skipAwait") !== true || own(inputs, "atomic") === true;
  return [...flag("--wait", wait), "--timeout", `${seconds}s`];
}

/** Helm's arguments for a new release. */
export function installArguments(inputs: PlainMap): string[] {
  return [
    "install",
    asText(own(inputs, "name")),
    ...commonArguments(inputs),
    ...flag("--create-namespace", own(inputs, "createNamespace")),
    ...flag("--skip-crds", own(inputs, "skipCrds")),
    ...flag("--no-hooks", own(inputs, "disableWebhooks")),
    ...flag("--force", own(inputs, "forceUpdate")),
  ];
}

/** Helm's arguments for a new revision. */
export function upgradeArguments(inputs: PlainMap): string[] {
  return [
    "upgrade",
    asText(own(inputs, "name")),
    ...commonArguments(inputs),
    "--history-max",
    String(Number(own(inputs, "maxHistory") ?? 0)),
    ...flag("--no-hooks", own(inputs, "disableCRDHooks")),
    ...flag("--force", own(inputs, "forceUpdate")),
    ...flag("--reset-values", own(inputs, "resetValues")),
    ...flag("--reuse-values", own(inputs, "reuseValues")),
    ...flag("--cleanup-on-fail", own(inputs, "cleanupOnFail")),
  ];
}

function flag(name: string, value: Plain | undefined): string[] {
  return value === true ? [name] : [];
}

function option(name: string, value: Plain | undefined): string[] {
  return typeof value === "string" && value !== "" ? [name, value] : [];
}
