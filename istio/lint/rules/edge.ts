import type { Finding } from "../../rules/fault";
import { at, items } from "../../rules/fields";
import { guessedPorts } from "../../rules/kubernetes/services";
import { unverifiedServers } from "../../rules/mtls";
import { PART_OF } from "../../model";
import { isEntry } from "../input";
import { objectRule, specRule, type LintRule } from "../rule";
import type { Viewed } from "../view/object";

const isSkipped = ({ setting }: Finding): boolean => setting.endsWith(".insecureSkipVerify");

/** Rules over services outside the mesh, ports, and what reaches into proxies. */
export const edgeRules: readonly LintRule[] = [
  specRule({
    code: "GM601",
    title: "A proxy that begins TLS is told whose signature it trusts",
    why: "Without a name it takes any authority of its image's system; older proxies checked nothing at all.",
    fix: "Name a file in caCertificates, or a secret in credentialName; in the catalog say tls.ca.",
    severity: "warning",
    also: ["IST0128", "IST0129"],
    kinds: ["DestinationRule"],
    find: (spec) => unverifiedServers(spec, true).filter((finding) => !isSkipped(finding)),
  }),
  specRule({
    code: "GM602",
    title: "A proxy that begins TLS checks the server's certificate",
    why: "Without the check anyone on the way can answer in the server's place.",
    fix: "Take insecureSkipVerify out.",
    severity: "error",
    kinds: ["DestinationRule"],
    find: (spec) => unverifiedServers(spec, false).filter(isSkipped),
  }),
  objectRule({
    code: "GM603",
    title: "Ports say their protocol",
    why: "istiod otherwise guesses it from the first bytes, and a wrong guess makes routes and policies ineffective.",
    fix: "Set protocol; for a Service begin the port's name with it, as http-api, or set appProtocol.",
    severity: "warning",
    also: ["IST0118", "KIA0601"],
    kinds: ["Service", "ServiceEntry", "Gateway"],
    find: ({ kind, spec }) => {
      if (kind === "Service") return guessedPorts(spec);
      const ports =
        kind === "ServiceEntry"
          ? items("spec.ports", at(spec, "ports"))
          : items("spec.servers", at(spec, "servers")).flatMap(({ setting, value }) =>
              items("", [value["port"]]).map((port) => ({ ...port, setting: `${setting}.port` })),
            );
      return ports
        .filter(({ value }) => (value["protocol"] ?? "") === "")
        .map(({ setting, value }) => ({
          setting: `${setting}.protocol`,
          value: undefined,
          allowed: `the protocol of port ${String(value["number"])}, as HTTP or TCP`,
        }));
    },
  }),
  objectRule({
    code: "GM701",
    title: "Envoy's own configuration is changed by the catalog's builders only",
    why: "An EnvoyFilter can take every policy away, and may stop to work, or break the proxy, with the next version.",
    fix: "Use a setting of the catalog or an object of Istio, or suppress this with the reason.",
    severity: "warning",
    kinds: ["EnvoyFilter"],
    find: (one) =>
      isOwn(one)
        ? []
        : [{ setting: "kind", value: "EnvoyFilter", allowed: "one that the catalog's settings make" }],
  }),
];

/** Written by a builder. In a file, as `mesh export` writes it, the label says so. */
function isOwn({ source, object }: Viewed): boolean {
  if (isEntry(source)) return !source.entry.startsWith("raw.");
  return at(object, "metadata", "labels", "app.kubernetes.io/part-of") === PART_OF;
}
