import type { Finding } from "../fault";
import { at, covers, isAbsent, isFields, isUnknown, items, texts, type Fields } from "../fields";
import { containers, isInjected, isWindows, security, type PodTemplate } from "./pods";

/** Containers that have every right of the node. */
export function privilegedContainers(pod: PodTemplate): readonly Finding[] {
  return containers(pod)
    .filter(({ value }) => at(value, "securityContext", "privileged") === true)
    .map(({ setting }) => ({
      setting: `${setting}.securityContext.privileged`,
      value: true,
      allowed: "false, or nothing",
    }));
}

/** Namespaces of the node that a pod shares, other than those allowed. */
export function hostNamespaces({ setting, spec }: PodTemplate): readonly Finding[] {
  return ["hostNetwork", "hostPID", "hostIPC"]
    .filter((key) => spec[key] === true)
    .map((key) => ({ setting: `${setting}.${key}`, value: true, allowed: "false, or nothing" }));
}

/** Folders of the node that a pod mounts, other than those allowed. */
export function hostPaths({ setting, spec }: PodTemplate, allowed: readonly string[]): readonly Finding[] {
  return items(`${setting}.volumes`, spec["volumes"]).flatMap((volume) => {
    const path = at(volume.value, "hostPath", "path");
    if (typeof path !== "string" || covers(allowed, path)) return [];
    const others = allowed.length === 0 ? "" : `, or one of ${allowed.join(", ")}`;
    return [
      {
        setting: `${volume.setting}.hostPath.path`,
        value: path,
        allowed: `a volume of the pod's own${others}`,
      },
    ];
  });
}

/** Containers that run as root, or as whatever user the image names, which mostly is root. */
export function rootContainers(pod: PodTemplate): readonly Finding[] {
  if (isWindows(pod)) return [];
  return containers(pod).flatMap(({ setting, value }) => {
    const user = security(pod, value, "runAsUser");
    const nonRoot = security(pod, value, "runAsNonRoot");
    if (user === 0) {
      return [{ setting: `${setting}.securityContext.runAsUser`, value: 0, allowed: "another user than 0" }];
    }
    const isSafe = nonRoot === true || typeof user === "number" || isInjected(value);
    if (isSafe || [user, nonRoot, value["securityContext"], pod.spec["securityContext"]].some(isUnknown)) {
      return [];
    }
    return [{ setting: `${setting}.securityContext.runAsNonRoot`, value: nonRoot, allowed: "true" }];
  });
}

/** Containers whose processes may get more rights than they began with; it is what Kubernetes allows by default. */
export function escalatingContainers(pod: PodTemplate): readonly Finding[] {
  if (isWindows(pod)) return [];
  return containers(pod).flatMap(({ setting, value }) => {
    const said = at(value, "securityContext", "allowPrivilegeEscalation");
    if (said === false || isUnknown(said) || (isAbsent(said) && isInjected(value))) return [];
    // A privileged container has nothing left to gain; that is found elsewhere.
    if (at(value, "securityContext", "privileged") === true) return [];
    return [
      {
        setting: `${setting}.securityContext.allowPrivilegeEscalation`,
        value: said ?? undefined,
        allowed: "false",
      },
    ];
  });
}

/** What Linkerd's own init container asks for, to lead the pod's traffic through its proxy. */
const LINKERD_INIT: readonly string[] = ["NET_ADMIN", "NET_RAW"];

/** The init container that Linkerd's injector adds to pods, and its chart to those of the control plane. */
function isLinkerdInit(setting: string, container: Fields): boolean {
  const image = typeof container["image"] === "string" ? container["image"] : "";
  return (
    container["name"] === "linkerd-init" &&
    setting.includes(".initContainers[") &&
    /(^|\/)linkerd\/proxy(-init)?(:|@|$)/.test(image)
  );
}

/** Capabilities that containers ask for, other than those allowed. */
export function addedCapabilities(pod: PodTemplate, allowed: readonly string[]): readonly Finding[] {
  return containers(pod).flatMap(({ setting, value }) =>
    texts(at(value, "securityContext", "capabilities", "add"))
      .filter((capability) => !allowed.includes(capability.replace(/^CAP_/, "")))
      .filter((capability) => !(isLinkerdInit(setting, value) && LINKERD_INIT.includes(capability)))
      .map((capability) => ({
        setting: `${setting}.securityContext.capabilities.add`,
        value: capability,
        allowed: allowed.length === 0 ? "none" : `none but ${allowed.join(", ")}`,
      })),
  );
}

/** Containers that may write into their own file system. */
export function writableRoots(pod: PodTemplate): readonly Finding[] {
  if (isWindows(pod)) return [];
  return containers(pod).flatMap(({ setting, value }) => {
    const said = at(value, "securityContext", "readOnlyRootFilesystem");
    if (said === true || isUnknown(said) || (isAbsent(said) && isInjected(value))) return [];
    return [
      {
        setting: `${setting}.securityContext.readOnlyRootFilesystem`,
        value: said ?? undefined,
        allowed: "true",
      },
    ];
  });
}

/** Secrets among the environment: by reference, whether of one key or of a whole Secret. */
export function secretEnvironment(pod: PodTemplate): readonly Finding[] {
  return containers(pod).flatMap(({ setting, value }) => [
    ...items(`${setting}.env`, value["env"]).flatMap((entry) => {
      const key = at(entry.value, "valueFrom", "secretKeyRef");
      if (!isFields(key)) return [];
      return [
        {
          setting: `${entry.setting}.valueFrom.secretKeyRef`,
          value: String(entry.value["name"]),
          allowed: "a mounted file",
        },
      ];
    }),
    ...items(`${setting}.envFrom`, value["envFrom"]).flatMap((entry) =>
      isFields(entry.value["secretRef"])
        ? [
            {
              setting: `${entry.setting}.secretRef`,
              value: at(entry.value["secretRef"], "name"),
              allowed: "a mounted file",
            },
          ]
        : [],
    ),
  ]);
}

/** Names of variables that hold something secret. */
const SECRET_NAME = /(^|_)(PASSWORD|PASSWD|SECRET|TOKEN|API_?KEY|ACCESS_?KEY|PRIVATE_?KEY|CREDENTIALS?)$/i;

/** Variables that are called a secret and stand in the pod as plain text. The text is never repeated. */
export function plaintextSecrets(pod: PodTemplate): readonly Finding[] {
  return containers(pod).flatMap(({ setting, value }) =>
    items(`${setting}.env`, value["env"]).flatMap((entry) => {
      const { name, value: text } = entry.value;
      if (typeof name !== "string" || !SECRET_NAME.test(name)) return [];
      if (typeof text !== "string" || text === "") return [];
      return [
        { setting: `${entry.setting}.value`, value: `a text for ${name}`, allowed: "a mounted Secret" },
      ];
    }),
  );
}
