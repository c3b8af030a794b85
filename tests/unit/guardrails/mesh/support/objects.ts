import { token } from "../../../../../guardrails/rules/mesh/kinds";
import type { Subject } from "../../../../../guardrails/rule";

type Fields = Readonly<Record<string, unknown>>;

export const SECURITY = "security.istio.io/v1";
export const NETWORKING = "networking.istio.io/v1";
export const RBAC = "rbac.authorization.k8s.io/v1";

/** An object as it is applied. */
export function object(apiVersion: string, kind: string, fields: Fields, namespace = "apps"): Fields {
  return { apiVersion, kind, metadata: { name: "sample", namespace }, ...fields };
}

/** An object as a resource of the stack. */
export function resource(applied: Fields, name = "sample"): Subject {
  const type = token(String(applied["apiVersion"]), String(applied["kind"]));
  return { type, name, urn: `urn:pulumi:dev::test::${type}::${name}`, props: applied };
}

/** A container without a fault. */
export const CONTAINER: Fields = {
  name: "app",
  image: "registry.example.com:5000/team/app:1.2.3",
  ports: [{ containerPort: 8080 }],
  readinessProbe: { httpGet: { path: "/ready", port: 8080 } },
  resources: { requests: { cpu: "100m", memory: "128Mi" } },
  securityContext: {
    allowPrivilegeEscalation: false,
    capabilities: { drop: ["ALL"] },
    readOnlyRootFilesystem: true,
    runAsNonRoot: true,
  },
};

/** A Deployment without a fault; its pods have no proxy. */
export const DEPLOYMENT: Fields = object("apps/v1", "Deployment", {
  spec: {
    selector: { matchLabels: { app: "app" } },
    template: {
      metadata: { labels: { app: "app" } },
      spec: { serviceAccountName: "app", containers: [CONTAINER] },
    },
  },
});

/** The place of the container in it. */
export const FIRST = "spec.template.spec.containers[0]";
