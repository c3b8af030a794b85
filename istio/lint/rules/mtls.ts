import { at } from "../../rules/fields";
import { clientsWithoutMtls } from "../../rules/mtls";
import { trafficPolicies } from "../../rules/trafficPolicy";
import type { Located } from "../finding";
import { clusterRule, type LintRule } from "../rule";
import type { Labels } from "../view/labels";
import type { Mode } from "../view/modes";
import { fullHost, type Viewed } from "../view/object";
import type { ClusterView, MeshView } from "../view/view";

/** Rules over the two halves of mutual TLS: what clients send, and what workloads accept. */
export const mtlsRules: readonly LintRule[] = [
  clusterRule({
    code: "GM401",
    title: "Clients of workloads under STRICT speak mutual TLS",
    why: "A DestinationRule that turns it off makes them send what the workloads refuse: every request fails.",
    fix: "Set tls.mode to ISTIO_MUTUAL or take tls out; or say PERMISSIVE where plaintext is meant.",
    severity: "error",
    also: ["KIA0207"],
    find: (cluster, mesh) =>
      overRules(cluster, mesh, (rule, { mode, hasPorts, host }) => {
        if (mode !== "STRICT") return [];
        // That the host belongs to the mesh has been seen already, whatever it is called.
        const found = clientsWithoutMtls(rule.spec, { suffixes: [host], allowedHosts: [] });
        return found.filter(({ setting }) => !hasPorts || !setting.includes("portLevelSettings"));
      }),
  }),
  clusterRule({
    code: "GM402",
    title: "Clients speak mutual TLS only to workloads that do",
    why: "ISTIO_MUTUAL towards workloads under DISABLE, or towards a host outside the mesh, fails every request.",
    fix: "Take tls out of the DestinationRule, or DISABLE out of the PeerAuthentication.",
    severity: "error",
    also: ["KIA0505", "KIA0506"],
    find: (cluster, mesh) =>
      overRules(cluster, mesh, (rule, { mode, external }) => {
        if (mode !== "DISABLE" && !external) return [];
        return trafficPolicies(rule.spec)
          .filter(({ value }) => at(value, "tls", "mode") === "ISTIO_MUTUAL")
          .map(({ setting }) => ({
            setting: `${setting}.tls.mode`,
            value: "ISTIO_MUTUAL",
            allowed: external ? "SIMPLE or MUTUAL for a host outside the mesh" : "nothing under DISABLE",
          }));
      }),
  }),
];

/** What is known of the workloads of a host. */
interface Server {
  readonly host: string;
  readonly mode: Mode | undefined;
  readonly hasPorts: boolean;
  readonly external: boolean;
}

function overRules(
  { ofKind, modes }: ClusterView,
  mesh: MeshView,
  find: (rule: Viewed, server: Server) => readonly Omit<Located<Viewed>, "at">[],
): readonly Located<Viewed>[] {
  return ofKind("DestinationRule").flatMap((rule) => {
    const said = at(rule.spec, "host");
    if (typeof said !== "string") return [];
    const host = fullHost(said, rule);
    const servers = mesh.hosts.find(host).map(({ namespace, selector, external }): Server => {
      const labels: Labels = selector ?? {};
      const mode = external ? undefined : modes.modeOf(namespace, labels);
      return { host, mode, hasPorts: modes.hasPorts(namespace, labels), external };
    });
    const all = servers.length > 0 ? servers : wildcard(host);
    return all
      .slice(0, 1)
      .flatMap((server) => find(rule, server).map((finding) => ({ ...finding, at: rule })));
  });

  /** `*.shops.svc.cluster.local` is all of a namespace, what is wider is all of the mesh. */
  function wildcard(host: string): readonly Server[] {
    const namespace = /^\*\.([^.]+)\.svc\.cluster\.local$/.exec(host)?.[1];
    const isMesh = ["*", "*.local", "*.cluster.local", "*.svc.cluster.local"].includes(host);
    if (namespace === undefined && !isMesh) return [];
    const mode = modes.namespaceMode(namespace ?? mesh.rootNamespace);
    return [{ host, mode, hasPorts: false, external: false }];
  }
}
