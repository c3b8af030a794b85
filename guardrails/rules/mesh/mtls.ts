import { z } from "zod";
import {
  acceptsPlaintext,
  clientsWithoutMtls,
  disabledPorts,
  unverifiedServers,
} from "../../../istio/rules/mtls";
import { namespacesWithoutMode } from "../../../istio/rules/objectSet";
import type { Rule } from "../../rule";
import { at, covers } from "../../../istio/rules/fields";
import { names, objectRule, setRule, specRule } from "./define";
import { analyzer, istio, practice } from "./sources";

const MUTUAL_TLS = practice("Mutual TLS", "mutual-tls");

/** Rules over who is encrypted to whom. */
export const mtlsRules: readonly Rule[] = [
  objectRule({
    id: "istio-mtls-strict",
    title: "A PeerAuthentication does not let workloads accept plaintext",
    why: "Whoever reaches a pod's address may then call it without an identity, past every rule that names one.",
    fix: "Set spec.mtls.mode to STRICT; while services move into the mesh, list the namespace in the setting permissive.",
    level: "mandatory",
    sources: [MUTUAL_TLS, istio("Mutual TLS migration", "tasks/security/authentication/mtls-migration/")],
    kinds: ["PeerAuthentication"],
    settings: z.strictObject({
      permissive: names(
        "Policies that may say PERMISSIVE or DISABLE, as namespace/name; namespace/* for all of one.",
      ),
    }),
    find: (policy, { permissive }) => {
      const { namespace, name } = {
        namespace: at(policy, "metadata", "namespace"),
        name: at(policy, "metadata", "name"),
      };
      return covers(permissive, `${String(namespace)}/${String(name)}`)
        ? []
        : acceptsPlaintext(policy["spec"]);
    },
  }),
  specRule({
    id: "istio-mtls-port",
    title: "No port of a workload is taken out of mutual TLS",
    why: "DISABLE on one port turns away callers with a proxy and lets in anybody without one.",
    fix: "Take the port out of spec.portLevelMtls, or set PERMISSIVE where a caller without a proxy needs it.",
    level: "mandatory",
    sources: [MUTUAL_TLS, istio("PeerAuthentication", "reference/config/security/peer_authentication/")],
    kinds: ["PeerAuthentication"],
    settings: z.strictObject({
      disabled: z.array(z.int()).default([]).describe("Numbers of ports that may be without TLS."),
    }),
    find: (spec, { disabled }) => disabledPorts(spec, disabled),
  }),
  specRule({
    id: "istio-mtls-client",
    title: "A DestinationRule does not turn off mutual TLS towards hosts of the mesh",
    why: "Clients then send plaintext, or TLS without their identity, and workloads under STRICT refuse them.",
    fix: "Set tls.mode to ISTIO_MUTUAL or take tls out; a host that has no proxy goes into the setting plaintextHosts.",
    level: "mandatory",
    sources: [
      MUTUAL_TLS,
      istio("TLS configuration", "ops/configuration/traffic-management/tls-configuration/"),
    ],
    kinds: ["DestinationRule"],
    settings: z.strictObject({
      meshSuffixes: names("Endings of the hosts of the mesh beside Kubernetes' own.", [
        ".global",
        ".mesh.internal",
      ]),
      plaintextHosts: names(
        "Hosts of the cluster without a proxy, which speak plaintext or TLS of their own; the API server is one.",
        ["kubernetes.default.svc*"],
      ),
    }),
    find: (spec, { meshSuffixes, plaintextHosts }) =>
      clientsWithoutMtls(spec, { suffixes: meshSuffixes, allowedHosts: plaintextHosts }),
  }),
  specRule({
    id: "istio-tls-verified",
    title: "A proxy that begins TLS checks the server's certificate",
    why: "Without the check anyone on the way can answer in the server's place.",
    fix: "Take insecureSkipVerify out and name the authority in caCertificates or credentialName.",
    level: "mandatory",
    sources: [
      practice(
        "Configure TLS verification in Destination Rule when using TLS origination",
        "configure-tls-verification-in-destination-rule-when-using-tls-origination",
      ),
      analyzer("IST0128"),
      analyzer("IST0129"),
    ],
    kinds: ["DestinationRule"],
    settings: z.strictObject({
      needsCaCertificates: z
        .boolean()
        .default(false)
        .describe(
          "Whether an authority must be named. Istio itself uses those of the operating system where none is named " +
            "(cluster_tls.go); older proxies then checked nothing.",
        ),
    }),
    find: (spec, { needsCaCertificates }) => unverifiedServers(spec, needsCaCertificates),
  }),
  setRule({
    id: "istio-mtls-everywhere",
    title: "Every namespace with proxies has a policy that says what its workloads accept",
    why: "Where nothing says so it is PERMISSIVE: plaintext is accepted.",
    fix: "Add a PeerAuthentication with mtls.mode STRICT to the namespace, or one to istio-system for the whole mesh.",
    level: "mandatory",
    sources: [MUTUAL_TLS],
    settings: z.strictObject({
      elsewhere: z
        .boolean()
        .default(false)
        .describe("Whether another stack holds the policy of the whole mesh."),
    }),
    find: (set, { elsewhere }) => (elsewhere ? [] : namespacesWithoutMode(set)),
  }),
];
