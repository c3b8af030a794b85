import { shownAddress } from "../address";
import type { Finding } from "../fault";
import { at, isUnknown } from "../fields";

/** One version: 1.2.3, v1.2.3, 1.2.3-rc.1; a range, as ^1.2 or 1.x, is more than one. */
const EXACT = /^v?\d+\.\d+\.\d+([-+][0-9A-Za-z.+-]+)?$/;

/** A chart of a repository whose version is left to the day of the update. */
export function movingChart(release: unknown): readonly Finding[] {
  const chart = at(release, "chart");
  const repository = at(release, "repositoryOpts", "repo");
  const version = at(release, "version");
  const isRemote =
    (typeof repository === "string" && repository !== "") ||
    (typeof chart === "string" && chart.startsWith("oci://"));
  if (!isRemote || isUnknown(version)) return [];
  if (typeof version === "string" && EXACT.test(version)) return [];
  return [{ setting: "version", value: version, allowed: "one version in full, as 1.31.1" }];
}

/** A Release that is left half installed when something goes wrong. */
export function halfInstalled(release: unknown): readonly Finding[] {
  const atomic = at(release, "atomic");
  const skipAwait = at(release, "skipAwait");
  if (atomic === true || isUnknown(atomic) || isUnknown(skipAwait)) return [];
  return [{ setting: "atomic", value: atomic, allowed: "true" }];
}

/** A repository of charts that is read in plaintext. */
export function plaintextRepository(release: unknown): readonly Finding[] {
  const repository = at(release, "repositoryOpts", "repo");
  if (typeof repository !== "string" || !/^http:/i.test(repository)) return [];
  const value = shownAddress(repository);
  return [{ setting: "repositoryOpts.repo", value, allowed: "an https address, or oci://" }];
}
