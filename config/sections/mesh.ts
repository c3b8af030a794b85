import { z } from "zod";
import { setting } from "../document";
import { chartSource } from "./charts";
import { dnsLabelName } from "./names";

/** Releases before this one lose endpoints when a remote secret is rotated. */
export const ISTIO_FLOOR = "1.30.4";

/** Mesh id. */
export const meshId = setting(dnsLabelName, {
  description: "Id of the mesh, the same in every cluster.",
  allowed:
    "a DNS label: lower-case letters, digits and hyphens, at most 50 characters together with the longest name of a " +
    "region: both stand in a certificate's name",
});

/** Trust domain. */
export const trustDomain = setting(
  z
    .string()
    .max(253)
    .regex(/^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/),
  {
    description:
      "Trust domain of all workload identities. One for all clusters: aliases between several widen every policy.",
    allowed: "a DNS name in lower case, such as cluster.local",
  },
);

/** Istio version. */
export const istioVersion = setting(z.string().regex(/^\d+\.\d+\.\d+$/), {
  description: `Version of Istio: stamps charts and images. At least ${ISTIO_FLOOR}.`,
  allowed: `a released version of at least ${ISTIO_FLOOR}, such as 1.31.1`,
});

/** Value set. */
export const profile = setting(z.enum(["demo", "default", "minimal", "production"]), {
  description: "Named set of Helm values that the region's and your own values are merged over.",
  allowed: "demo, default, minimal or production",
});

/** Egress gateway. */
export const egressGateway = setting(z.enum(["profile", "always", "never"]), {
  description:
    "Whether a region has an egress gateway, through which external services of the catalog can be called. profile: " +
    "with the value set production only.",
  allowed: "profile, always or never",
});

/** Internal gateway. */
export const internalGateway = setting(z.boolean(), {
  description:
    "Whether a region has a second ingress gateway, on an internal load balancer: for clients of the virtual network " +
    "and its peers that are outside the mesh.",
  allowed: "true or false",
});

/** Hosts that the mesh does not know. */
export const outboundTrafficPolicy = setting(z.enum(["ALLOW_ANY", "REGISTRY_ONLY"]), {
  description:
    "What proxies do with calls of hosts that they were told nothing of. ALLOW_ANY passes them on as they are. " +
    "REGISTRY_ONLY refuses them: what workloads call outside stands in the catalog as an external service, and what " +
    "they call inside has to be told to them (docs/scoping.md). In a primary-remote mesh the primary's holds for all.",
  allowed: "ALLOW_ANY or REGISTRY_ONLY",
});

/** Longest name of a Helm release is 53, and ours is `istiod-<revision>`. */
const REVISION_LENGTH = 53 - "istiod-".length;

/** Istio revision. */
export const revision = setting(
  z
    .string()
    .max(REVISION_LENGTH)
    .regex(/^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/),
  {
    description:
      "Istio revision of the control plane; part of its names, so that a second one can stand beside it.",
    allowed: `lower-case letters, digits and hyphens, at most ${REVISION_LENGTH} characters; dots become hyphens: 1-31-1`,
  },
);

/** Applications of the catalog. */
export const applications = setting(z.array(z.string()), {
  description: "Which applications of catalog/ the mesh runs.",
  allowed: 'a list of folders in catalog/, such as ["ai-agent"]',
});

/** Chart source. */
export const charts = setting(
  z.strictObject(
    chartSource({
      repository: "Address of a Helm repository.",
      registry: "Address of an OCI registry that mirrors the charts.",
      folder: {
        description:
          "The folder manifests/charts of an Istio release, absolute or from the program's folder.",
        allowed: "a folder that exists",
      },
    }),
  ),
  {
    description:
      "Where the Istio charts come from: exactly one of a repository, an OCI mirror, a local folder.",
    allowed: "exactly one of {repository}, {registry} and {folder}",
  },
);

const HELM_VALUES = "an object with keys of the chart's values.yaml";

const helmValues = z.record(z.string(), z.unknown()).default({});

/** Helm values per chart. */
export const chartValues = z.strictObject({
  base: setting(helmValues, { description: "Values of the chart base.", allowed: HELM_VALUES }),
  istiod: setting(helmValues, { description: "Values of the chart istiod.", allowed: HELM_VALUES }),
  gateway: setting(helmValues, {
    description: "Values of the chart gateway for the ingress gateway.",
    allowed: HELM_VALUES,
  }),
  egressGateway: setting(helmValues, {
    description: "Values of the chart gateway for the egress gateway, where there is one.",
    allowed: HELM_VALUES,
  }),
  internalGateway: setting(helmValues, {
    description: "Values of the chart gateway for the internal gateway, where there is one.",
    allowed: HELM_VALUES,
  }),
  eastWest: setting(helmValues, {
    description: "Values of the chart gateway for the east-west gateway, where there is one.",
    allowed: HELM_VALUES,
  }),
});

/** User's Helm values. */
export const values = setting(chartValues, {
  description: "Your own Helm values; they win over the region's, which win over the profile's.",
  allowed: "an object with base, istiod, gateway, egressGateway, internalGateway, eastWest",
});

const name = z
  .string()
  .max(20)
  .regex(/^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/);

/** Root and intermediates. */
export const trust = setting(
  z.strictObject({
    rootValidityYears: setting(z.int().min(1).max(30).default(10), {
      description: "Life of a root.",
      allowed: "a whole number from 1 to 30",
    }),
    intermediateValidityYears: setting(z.int().min(1).max(30).default(2), {
      description: "Life of a region's intermediate; shorter than its root's.",
      allowed: "a whole number from 1 to 30, below rootValidityYears",
    }),
    renewBeforeDays: setting(z.int().min(1).default(90), {
      description: "How long before its end an intermediate is renewed. A root never renews itself.",
      allowed: "a whole number of days, below the life of an intermediate",
    }),
    roots: setting(z.array(name).min(1).default(["r1"]), {
      description:
        "Roots that every region trusts. A rotation adds the new one here before anything is signed by it.",
      allowed:
        "a list of at least one name, each once: lower-case letters, digits, hyphens, at most 20 characters",
    }),
    signingRoot: setting(name.optional(), {
      description: "The root that signs the intermediates; without it the first of roots.",
      allowed: "a name in roots",
    }),
  }),
  {
    description: "Root CA and the regions' intermediates.",
    allowed:
      "an object with rootValidityYears, intermediateValidityYears, renewBeforeDays, roots, signingRoot",
  },
);
