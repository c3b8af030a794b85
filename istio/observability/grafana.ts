import type { Values } from "../values";
import { ADD_ON_PORTS, LEAST, NO_PROXY } from "./addOns";

/** Secret with the name and the password of Grafana's administrator, and its keys. */
export const GRAFANA_ADMIN = {
  secret: "grafana-admin",
  userKey: "admin-user",
  passwordKey: "admin-password",
  user: "admin",
} as const;

/** Istio's own dashboards, by their files in its source tree (manifests/addons/dashboards). */
export const DASHBOARDS = {
  "istio-mesh": "istio-mesh-dashboard.gen.json",
  "istio-service": "istio-service-dashboard.json",
  "istio-workload": "istio-workload-dashboard.json",
  "istio-performance": "istio-performance-dashboard.json",
  "istio-control-plane": "pilot-dashboard.gen.json",
  "istio-extension": "istio-extension-dashboard.json",
} as const;

const PROVIDER = "istio";

/** Where the secret with the password is mounted. */
const MOUNT = "/etc/grafana-admin";

/** What the values of Grafana depend on. */
export interface GrafanaInput {
  /** Whose dashboards. @example "1.31.1" */
  readonly istioVersion: string;
  /** Address of the Prometheus that the dashboards ask. */
  readonly prometheusUrl: string;
}

/**
 * Grafana with Istio's dashboards of the very version that is installed. By address and not by their numbers at
 * grafana.com: there a number needs a revision beside it, the chart takes the first one where none is said, and
 * those are of 2018.
 */
export function grafanaValues({ istioVersion, prometheusUrl }: GrafanaInput): Values {
  const { secret, userKey, passwordKey, user } = GRAFANA_ADMIN;
  const source = `https://raw.githubusercontent.com/istio/istio/${istioVersion}/manifests/addons/dashboards`;
  return {
    fullnameOverride: "grafana",
    admin: { existingSecret: secret, userKey, passwordKey },
    // By a file: an environment is shown by every page about a process.
    env: { GF_SECURITY_ADMIN_USER: user, GF_SECURITY_ADMIN_PASSWORD__FILE: `${MOUNT}/${passwordKey}` },
    extraSecretMounts: [
      { name: "admin", secretName: secret, mountPath: MOUNT, defaultMode: 0o440, readOnly: true },
    ],
    containerSecurityContext: LEAST,
    extraEmptyDirMounts: [{ name: "tmp", mountPath: "/tmp" }],
    resources: { requests: { cpu: "100m", memory: "128Mi" }, limits: { memory: "512Mi" } },
    downloadDashboards: {
      securityContext: LEAST,
      resources: { requests: { cpu: "10m", memory: "32Mi" }, limits: { memory: "64Mi" } },
    },
    // It reads nothing from the API server.
    rbac: { create: false },
    automountServiceAccountToken: false,
    testFramework: { enabled: false },
    podLabels: NO_PROXY,
    service: { type: "ClusterIP", port: ADD_ON_PORTS.grafana },
    ingress: { enabled: false },
    "grafana.ini": {
      "auth.anonymous": { enabled: false },
      users: { allow_sign_up: false },
      analytics: { check_for_updates: false, check_for_plugin_updates: false, reporting_enabled: false },
    },
    datasources: {
      "datasources.yaml": {
        apiVersion: 1,
        datasources: [
          {
            name: "Prometheus",
            uid: "prometheus",
            type: "prometheus",
            access: "proxy",
            url: prometheusUrl,
            isDefault: true,
            jsonData: { timeInterval: "15s" },
          },
        ],
      },
    },
    dashboardProviders: {
      "dashboardproviders.yaml": {
        apiVersion: 1,
        providers: [
          {
            name: PROVIDER,
            orgId: 1,
            folder: "Istio",
            type: "file",
            disableDeletion: true,
            editable: false,
            options: { path: `/var/lib/grafana/dashboards/${PROVIDER}` },
          },
        ],
      },
    },
    // Without the chart's -k, which would take the dashboards from whoever answers.
    defaultCurlOptions: "-sfL",
    dashboards: {
      [PROVIDER]: Object.fromEntries(
        Object.entries(DASHBOARDS).map(([name, file]) => [name, { url: `${source}/${file}` }]),
      ),
    },
  };
}
