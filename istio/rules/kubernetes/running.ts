import type { Finding } from "../fault";
import { at, isAbsent, items, list } from "../fields";
import { containers, isInjected, type PodTemplate } from "./pods";

/** Images that may be another one tomorrow. */
export function movingImages(pod: PodTemplate, needsDigest: boolean): readonly Finding[] {
  return containers(pod).flatMap(({ setting, value }) => {
    const image = value["image"];
    if (typeof image !== "string" || isInjected(value) || image.includes("@sha256:")) return [];
    // A colon before the last slash belongs to the registry's port.
    const tag = image.slice(image.lastIndexOf("/") + 1).split(":")[1];
    if (!needsDigest && tag !== undefined && tag !== "" && tag !== "latest") return [];
    return [
      {
        setting: `${setting}.image`,
        value: image,
        allowed: needsDigest ? "an image with @sha256:…" : "an image with a tag other than latest",
      },
    ];
  });
}

/** Containers that do not say what they need, so that the scheduler counts them as nothing. */
export function missingRequests(pod: PodTemplate): readonly Finding[] {
  return containers(pod)
    .filter(({ setting, value }) => !isInjected(value) && !setting.includes("ephemeralContainers"))
    .flatMap(({ setting, value }) =>
      ["cpu", "memory"]
        // A limit alone is the request as well, and what the whole pod asks for is shared by its containers.
        .filter((resource) =>
          [value, pod.spec].every((holder) =>
            ["requests", "limits"].every((kind) => isAbsent(at(holder, "resources", kind, resource))),
          ),
        )
        .map((resource) => ({
          setting: `${setting}.resources.requests.${resource}`,
          value: undefined,
          allowed: resource === "cpu" ? "a number of cores, as 100m" : "a size, as 128Mi",
        })),
    );
}

/** Containers that take requests and never say when they are ready to. */
export function missingReadiness(pod: PodTemplate): readonly Finding[] {
  return items(`${pod.setting}.containers`, pod.spec["containers"]).flatMap(({ setting, value }) => {
    if (isInjected(value) || list(value["ports"]).length === 0) return [];
    if (!isAbsent(value["readinessProbe"])) return [];
    return [{ setting: `${setting}.readinessProbe`, value: undefined, allowed: "a probe" }];
  });
}
