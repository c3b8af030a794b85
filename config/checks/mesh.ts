import { type Fault, show, unknownNameFix } from "../faults";
import { ISTIO_FLOOR } from "../sections/mesh";
import { REGION_NAME_LENGTH } from "../sections/names";
import { textsOf } from "../walk";
import type { CheckContext } from "./context";

/** Istio, its charts, its trust and the applications. */
export function checkMesh(context: CheckContext): readonly Fault[] {
  return [
    ...checkIstioVersion(context),
    ...checkCharts(context),
    ...checkTrust(context),
    ...checkSubjects(context),
    ...checkApplications(context),
    ...checkReader(context),
  ];
}

function checkIstioVersion(context: CheckContext): readonly Fault[] {
  const version = context.shared.istioVersion;
  if (version === undefined || !isBelow(version, ISTIO_FLOOR)) return [];
  return [
    {
      setting: context.name("istioVersion"),
      got: show(version),
      allowed: `${ISTIO_FLOOR} or later: before it, rotating a remote secret lost endpoints (istio#61043, istio#60612)`,
      fix: "write 1.31.1",
    },
  ];
}

/**
 * An older generation than the one before would come back to life: the token of a service account is signed from names
 * alone, so the Secret of a revoked generation, made again, holds the very token that was revoked. Whether the one before
 * still holds nothing here can tell, so the words say it.
 */
function checkReader(context: CheckContext): readonly Fault[] {
  const { readerGeneration: newest, keptReaderGeneration: kept } = context.shared;
  if (newest === undefined || kept === undefined || kept === 0 || kept === newest - 1) return [];
  return [
    {
      setting: context.name("keptReaderGeneration"),
      got: `${kept} with ${context.name("readerGeneration")} ${newest}`,
      allowed:
        newest === 1
          ? "0: there is no generation before the first"
          : `0, or ${newest - 1} from the edit on that raises readerGeneration: later it would bring a revoked token back`,
      fix: "write 0",
    },
  ];
}

function isBelow(version: string, floor: string): boolean {
  const [a, b] = [version, floor].map((text) => text.split(".").map(Number));
  for (const [index, part] of (b ?? []).entries()) {
    const own = a?.[index] ?? 0;
    if (own !== part) return own < part;
  }
  return false;
}

function checkCharts(context: CheckContext): readonly Fault[] {
  const { charts } = context.shared;
  if (charts === undefined) return [];
  const several = oneSource(context.name("charts"), charts);
  if (several.length > 0 || charts.folder === undefined) return several;
  const found = context.inspectChartFolder(charts.folder);
  if (found === "charts") return [];
  return [
    {
      setting: context.name("charts", "folder"),
      got: `${show(charts.folder)}, ${found === "missing" ? "which does not exist" : "which holds no base/Chart.yaml"}`,
      allowed: "the folder manifests/charts of an Istio release, absolute or from the program's folder",
      fix: "correct the path, or unpack a release there",
    },
  ];
}

/** Charts come from one place: a second one would silently count for nothing. */
export function oneSource(setting: string, source: object): readonly Fault[] {
  const said = Object.keys(source).toSorted();
  if (said.length === 1) return [];
  return [
    {
      setting,
      got: said.length === 0 ? "{}" : `{${said.join(", ")}}`,
      allowed: "exactly one of repository, registry and folder",
      fix: said.length === 0 ? "name one of them" : "keep one of them",
    },
  ];
}

const DAYS_OF_YEAR = 365;

function checkTrust(context: CheckContext): readonly Fault[] {
  const { trust } = context.shared;
  if (trust === undefined) return [];
  const faults: Fault[] = [];
  // Durations only: when the root was made is not known here, so one renewed late can still outlive it.
  if (trust.intermediateValidityYears >= trust.rootValidityYears) {
    faults.push({
      setting: context.name("trust", "intermediateValidityYears"),
      got: show(trust.intermediateValidityYears),
      allowed: `fewer than rootValidityYears, which is ${trust.rootValidityYears}: an intermediate is made for less time than its root`,
      fix: "shorten it, or let the root live longer",
    });
  }
  const life = trust.intermediateValidityYears * DAYS_OF_YEAR;
  if (trust.renewBeforeDays >= life) {
    faults.push({
      setting: context.name("trust", "renewBeforeDays"),
      got: show(trust.renewBeforeDays),
      allowed: `fewer than ${life}, the days an intermediate lives: else each update would renew it`,
      fix: "write 90",
    });
  }
  trust.roots.forEach((root, index) => {
    if (trust.roots.indexOf(root) === index) return;
    faults.push({
      setting: context.name("trust", "roots", index),
      got: show(root),
      allowed: "each root once",
      fix: "remove the repeated name",
    });
  });
  if (trust.signingRoot !== undefined && !trust.roots.includes(trust.signingRoot)) {
    faults.push({
      setting: context.name("trust", "signingRoot"),
      got: show(trust.signingRoot),
      allowed: `one of roots: ${trust.roots.join(", ")}`,
      fix: unknownNameFix(
        trust.signingRoot,
        trust.roots,
        "add it to roots and update every stack before anything is signed by it",
      ),
    });
  }
  return faults;
}

/** RFC 5280 (ub-common-name): OpenSSL makes no certificate with a longer one, and some clients refuse it. */
const COMMON_NAME_LENGTH = 64;

/** A root is called `root <id> <meshId>`, an intermediate `intermediate <region> <meshId>`; Linkerd's are an anchor and an issuer. */
function checkSubjects(context: CheckContext): readonly Fault[] {
  const { meshId, trust } = context.shared;
  if (meshId === undefined) return [];
  const names = [
    ...(trust?.roots ?? []).map((root) =>
      context.shared.meshKind === "linkerd" ? `anchor ${root}` : `root ${root}`,
    ),
    ...Object.keys(context.table ?? {})
      .filter((region) => region.length <= REGION_NAME_LENGTH)
      .map((region) => `intermediate ${region}`),
  ];
  const longest = names.reduce((long, name) => (name.length > long.length ? name : long), "");
  const room = COMMON_NAME_LENGTH - longest.length - 1;
  if (meshId.length <= room) return [];
  return [
    {
      setting: context.name("meshId"),
      got: `${show(meshId)}, ${meshId.length} characters`,
      allowed:
        `at most ${Math.max(room, 0)} characters beside the longest name of a region or root: a certificate is called ` +
        `"${longest} <meshId>", which may have ${COMMON_NAME_LENGTH}`,
      fix: "shorten one of the two before the mesh comes up: an id that changes later makes all certificates anew",
    },
  ];
}

function checkApplications(context: CheckContext): readonly Fault[] {
  const said = textsOf(context.said["applications"]);
  const known = context.knownApplications;
  return said.flatMap(([index, application]): readonly Fault[] => {
    const setting = context.name("applications", index);
    if (known !== undefined && !known.includes(application)) {
      return [
        {
          setting,
          got: show(application),
          allowed: `an application of catalog/: ${known.join(", ")}`,
          fix: unknownNameFix(
            application,
            known,
            "add its folder to catalog/ and name it in catalog/index.ts",
          ),
        },
      ];
    }
    if (said.find(([, other]) => other === application)?.[0] !== index) {
      return [
        {
          setting,
          got: show(application),
          allowed: "each application once",
          fix: "remove the repeated name",
        },
      ];
    }
    return [];
  });
}
