import { z } from "zod";
import {
  addedCapabilities,
  escalatingContainers,
  hostNamespaces,
  hostPaths,
  plaintextSecrets,
  privilegedContainers,
  rootContainers,
  secretEnvironment,
  writableRoots,
} from "../../../istio/rules/kubernetes/isolation";
import { missingReadiness, missingRequests, movingImages } from "../../../istio/rules/kubernetes/running";
import type { Rule } from "../../rule";
import { names, podRule } from "./define";
import { cis, kubeLinter, NSA, podSecurity, polaris } from "./sources";

/** Rules over pods and whatever makes them. */
export const podRules: readonly Rule[] = [
  podRule({
    id: "kubernetes-privileged",
    title: "No container is privileged",
    why: "A privileged container is root on the node, and so over every other pod on it.",
    fix: "Take privileged out and add the one capability that is needed.",
    level: "mandatory",
    sources: [cis("4.2.1"), podSecurity("Baseline", "Privileged Containers")],
    find: privilegedContainers,
  }),
  podRule({
    id: "kubernetes-host-namespaces",
    title: "No pod shares the node's network, processes or IPC",
    why: "It then sees what other pods and the node do, and calls go past the proxy and every NetworkPolicy.",
    fix: "Take hostNetwork, hostPID and hostIPC out.",
    level: "mandatory",
    sources: [cis("4.2.2"), cis("4.2.3"), cis("4.2.4"), podSecurity("Baseline", "Host Namespaces")],
    find: hostNamespaces,
  }),
  podRule({
    id: "kubernetes-host-path",
    title: "No pod mounts folders of the node",
    why: "What stands there belongs to the node and to other pods, credentials of the kubelet among it.",
    fix: "Use a volume of the pod's own; an agent's folder goes into the setting allowed.",
    level: "mandatory",
    sources: [podSecurity("Baseline", "HostPath Volumes"), kubeLinter("sensitive-host-mounts")],
    settings: z.strictObject({
      allowed: names("Folders of the node that may be mounted; an entry may end in *."),
    }),
    find: (pod, { allowed }) => hostPaths(pod, allowed),
  }),
  podRule({
    id: "kubernetes-non-root",
    title: "No container runs as root",
    why: "Whoever breaks out of it is root on the node.",
    fix: "Set securityContext.runAsNonRoot: true, or runAsUser to another user than 0.",
    level: "mandatory",
    sources: [podSecurity("Restricted", "Running as Non-root"), NSA, kubeLinter("run-as-non-root")],
    find: rootContainers,
  }),
  podRule({
    id: "kubernetes-privilege-escalation",
    title: "No process gets more rights than it began with",
    why: "Kubernetes allows it unless told otherwise: a setuid program in the image is then enough to become root.",
    fix: "Set securityContext.allowPrivilegeEscalation: false.",
    level: "mandatory",
    sources: [cis("4.2.5"), podSecurity("Restricted", "Privilege Escalation")],
    find: escalatingContainers,
  }),
  podRule({
    id: "kubernetes-capabilities",
    title: "No container asks for capabilities of the kernel",
    why: "NET_ADMIN and NET_RAW turn the proxy off, SYS_ADMIN is as good as root; with Istio's CNI none is needed.",
    fix: "Take capabilities.add out; to listen below 1024 add NET_BIND_SERVICE only.",
    level: "mandatory",
    sources: [podSecurity("Restricted", "Capabilities"), polaris("insecureCapabilities", "security")],
    settings: z.strictObject({
      allowed: z
        .array(z.string())
        .default(["NET_BIND_SERVICE"])
        .describe("Capabilities that may be added, without CAP_ in front."),
    }),
    find: (pod, { allowed }) => addedCapabilities(pod, allowed),
  }),
  podRule({
    id: "kubernetes-read-only-root",
    title: "Containers do not write into their own file system",
    why: "Whoever gets in can otherwise leave programs behind.",
    fix: "Set securityContext.readOnlyRootFilesystem: true and mount an emptyDir where something is written.",
    level: "advisory",
    sources: [NSA, kubeLinter("no-read-only-root-fs")],
    find: writableRoots,
  }),
  podRule({
    id: "kubernetes-image-pinned",
    title: "Images name a version",
    why: "latest, or no tag, is another image tomorrow, so two pods of one Deployment may differ.",
    fix: "Name a version, better with its digest.",
    level: "mandatory",
    sources: [kubeLinter("latest-tag"), polaris("tagNotSpecified", "reliability")],
    settings: z.strictObject({
      digest: z
        .boolean()
        .default(false)
        .describe("Whether a digest is needed, which no registry can change."),
    }),
    find: (pod, { digest }) => movingImages(pod, digest),
  }),
  podRule({
    id: "kubernetes-requests",
    title: "Containers say how much processor and memory they need",
    why: "Without it the scheduler counts them as nothing and fills the node, and they are the first to be evicted.",
    fix: "Set resources.requests.cpu and resources.requests.memory.",
    level: "advisory",
    sources: [kubeLinter("unset-cpu-requirements"), polaris("memoryRequestsMissing", "efficiency")],
    find: missingRequests,
  }),
  podRule({
    id: "kubernetes-readiness",
    title: "Containers that listen say when they are ready",
    why: "Requests otherwise arrive from the first moment, and during every update some are lost.",
    fix: "Add a readinessProbe.",
    level: "advisory",
    sources: [polaris("readinessProbeMissing", "reliability"), kubeLinter("no-readiness-probe")],
    find: missingReadiness,
  }),
  podRule({
    id: "kubernetes-secret-environment",
    title: "Secrets are mounted as files",
    why: "The environment is inherited by every child process and ends up in crash reports and logs.",
    fix: "Mount the Secret as a volume and read the file.",
    level: "advisory",
    sources: [cis("4.5.1")],
    find: secretEnvironment,
  }),
  podRule({
    id: "kubernetes-plaintext-secret",
    title: "No secret stands as plain text in a pod",
    why: "Whoever may read the pod, or the state of the stack, then reads the secret.",
    fix: "Put it into a Secret and mount that.",
    level: "mandatory",
    sources: [polaris("sensitiveContainerEnvVar", "security"), kubeLinter("env-var-secret")],
    find: plaintextSecrets,
  }),
];
