import { shownAddress } from "./address";
import type { Finding } from "./fault";
import { at, isAbsent, isUnknown, list, texts } from "./fields";

/** Wildcard hosts outside the mesh whose requests go to whatever address the caller asked for. */
export function openEntries(spec: unknown): readonly Finding[] {
  const location = at(spec, "location");
  const resolution = at(spec, "resolution");
  const isExternal = isAbsent(location) || location === "MESH_EXTERNAL";
  const isAnyAddress = isAbsent(resolution) || resolution === "NONE";
  if (!isExternal || !isAnyAddress) return [];
  return texts(at(spec, "hosts"))
    .filter((host) => host.startsWith("*"))
    .map((host) => ({
      setting: "spec.hosts",
      value: host,
      allowed: "hosts by name, or resolution DYNAMIC_DNS, which looks the called host up itself",
    }));
}

/** A Sidecar that lets its workloads reach hosts that the mesh knows nothing of. */
export function unregisteredHosts(spec: unknown): readonly Finding[] {
  const mode = at(spec, "outboundTrafficPolicy", "mode");
  if (mode !== "ALLOW_ANY") return [];
  return [{ setting: "spec.outboundTrafficPolicy.mode", value: mode, allowed: "REGISTRY_ONLY" }];
}

/** A WasmPlugin whose code may change under the same address. */
export function movingCode(spec: unknown): readonly Finding[] {
  const url = at(spec, "url");
  const sum = at(spec, "sha256");
  if (typeof url !== "string" || url.startsWith("file://") || url.includes("@sha256:")) return [];
  if (!isAbsent(sum) && sum !== "") return [];
  return [{ setting: "spec.sha256", value: sum, allowed: `the checksum of ${shownAddress(url)}` }];
}

/** An EnvoyFilter for every proxy of its namespace, or of the mesh. */
export function widePatches(spec: unknown): readonly Finding[] {
  const [selector, targets] = [at(spec, "workloadSelector"), at(spec, "targetRefs")];
  if (!isAbsent(selector) || isUnknown(targets) || list(targets).length > 0) return [];
  return [{ setting: "spec.workloadSelector", value: undefined, allowed: "labels of the workloads" }];
}
