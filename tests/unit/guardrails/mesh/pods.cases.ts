import { token } from "../../../../guardrails/rules/mesh/kinds";
import type { Change, Cases, RuleCase } from "../support/cases";
import { DEPLOYMENT, FIRST } from "./support/objects";

type Own = Pick<RuleCase, "mutate" | "says" | "absent"> & { configured?: RuleCase["configured"] };

function onPod(one: Own): RuleCase {
  return {
    on: token("apps/v1", "Deployment"),
    good: DEPLOYMENT,
    configured: { settings: { except: ["sample"] }, change: one.mutate },
    ...one,
  };
}

const CONTEXT = `${FIRST}.securityContext`;
const POD = "spec.template.spec";
const hostPath = (path: string): Change => ({ [`${POD}.volumes`]: [{ name: "node", hostPath: { path } }] });

export const podCases: Cases = {
  "kubernetes-privileged": onPod({
    mutate: { [`${CONTEXT}.privileged`]: true },
    says: /containers\[0\]\.securityContext\.privileged: got true/,
    absent: { change: { [`${CONTEXT}.privileged`]: undefined } },
  }),
  "kubernetes-host-namespaces": onPod({
    mutate: { [`${POD}.hostNetwork`]: true },
    says: /^spec\.template\.spec\.hostNetwork: got true/,
    absent: { change: { [`${POD}.hostNetwork`]: undefined } },
  }),
  "kubernetes-host-path": onPod({
    mutate: hostPath("/var/log"),
    says: /volumes\[0\]\.hostPath\.path: got "\/var\/log"/,
    absent: { change: { [`${POD}.volumes`]: undefined } },
    configured: { settings: { allowed: ["/var/*"] }, change: hostPath("/var/log") },
  }),
  "kubernetes-non-root": onPod({
    mutate: { [`${CONTEXT}.runAsUser`]: 0 },
    says: /securityContext\.(runAsUser: got 0|runAsNonRoot: got nothing)/,
    // The image then chooses, which mostly means root.
    absent: { change: { [`${CONTEXT}.runAsNonRoot`]: undefined }, says: /runAsNonRoot: got nothing/ },
  }),
  "kubernetes-privilege-escalation": onPod({
    mutate: { [`${CONTEXT}.allowPrivilegeEscalation`]: true },
    says: /allowPrivilegeEscalation: got (true|nothing); allowed is false/,
    absent: { change: { [`${CONTEXT}.allowPrivilegeEscalation`]: undefined }, says: /got nothing/ },
  }),
  "kubernetes-capabilities": onPod({
    mutate: { [`${CONTEXT}.capabilities.add`]: ["NET_BIND_SERVICE", "NET_ADMIN"] },
    says: /capabilities\.add: got "NET_ADMIN"; allowed is none but NET_BIND_SERVICE/,
    absent: { change: { [`${CONTEXT}.capabilities`]: undefined } },
    configured: {
      settings: { allowed: ["NET_ADMIN"] },
      change: { [`${CONTEXT}.capabilities.add`]: ["CAP_NET_ADMIN"] },
    },
  }),
  "kubernetes-read-only-root": onPod({
    mutate: { [`${CONTEXT}.readOnlyRootFilesystem`]: false },
    says: /readOnlyRootFilesystem: got (false|nothing); allowed is true/,
    absent: { change: { [`${CONTEXT}.readOnlyRootFilesystem`]: undefined }, says: /got nothing/ },
  }),
  "kubernetes-image-pinned": onPod({
    mutate: { [`${FIRST}.image`]: "registry.example.com:5000/team/app:latest" },
    says: /containers\[0\]\.image: got "registry\.example\.com:5000\/team\/app/,
    absent: {
      change: { [`${FIRST}.image`]: "registry.example.com:5000/team/app" },
      says: /a tag other than latest/,
    },
    configured: { settings: { digest: true }, says: /allowed is an image with @sha256/ },
  }),
  "kubernetes-requests": onPod({
    mutate: { [`${FIRST}.resources.requests.memory`]: undefined },
    says: /resources\.requests\.(memory|cpu): got nothing/,
    absent: { change: { [`${FIRST}.resources`]: undefined }, says: /got nothing/ },
  }),
  "kubernetes-readiness": onPod({
    mutate: { [`${FIRST}.readinessProbe`]: undefined },
    says: /readinessProbe: got nothing/,
    absent: { change: { [`${FIRST}.readinessProbe`]: undefined }, says: /got nothing/ },
  }),
  "kubernetes-secret-environment": onPod({
    mutate: {
      [`${FIRST}.env`]: [
        { name: "DB_PASSWORD", valueFrom: { secretKeyRef: { name: "db", key: "password" } } },
      ],
    },
    says: /env\[0\]\.valueFrom\.secretKeyRef: got "DB_PASSWORD"; allowed is a mounted file/,
    absent: { change: { [`${FIRST}.env`]: undefined } },
  }),
  "kubernetes-plaintext-secret": onPod({
    mutate: { [`${FIRST}.env`]: [{ name: "DB_PASSWORD", value: "hunter2" }] },
    says: /^(?!.*hunter2).*env\[0\]\.value: got "a text for DB_PASSWORD"/,
    absent: { change: { [`${FIRST}.env`]: [{ name: "DB_PASSWORD" }] } },
  }),
};
