import { z } from "zod";
import { setting } from "../document";
import { cidrText, scalarText } from "./names";

const pool = (defaults: { min: number; max: number }): z.ZodPrefault<typeof poolShape> =>
  poolShape.prefault(defaults);

const count = z.int().min(1).max(1000);

const poolShape = z.strictObject({
  vmSize: setting(
    z
      .string()
      .regex(/^Standard_[A-Za-z0-9_]+$/)
      .default("Standard_D4ds_v5"),
    {
      description:
        "Size of the pool's virtual machines. The default has a local disk for an ephemeral OS disk.",
      allowed: "a size of Azure as `az vm list-skus` prints it, such as Standard_D4ds_v5",
      fix: "az vm list-skus --location <region> --resource-type virtualMachines --query '[].name'",
    },
  ),
  min: setting(count, {
    description: "Fewest nodes. The autoscaler owns the number between min and max.",
    allowed: "a whole number from 1 to 1000",
  }),
  max: setting(count, { description: "Most nodes.", allowed: "a whole number from 1 to 1000" }),
  maxPods: setting(z.int().min(30).max(250).default(30), {
    description:
      "Most pods on one node. Each may take an address, so it decides how large the subnets must be.",
    allowed: "a whole number from 30 to 250",
  }),
  maxSurgePercent: setting(z.int().min(1).max(100).default(33), {
    description:
      "Nodes added at once during an upgrade, in percent of the pool, as Azure advises for production.",
    allowed: "a whole number from 1 to 100",
  }),
});

/** Node pools of every cluster. */
export const pools = setting(
  z.strictObject({
    system: setting(pool({ min: 2, max: 3 }), {
      description: "The pool of the cluster's own pods.",
      allowed: "an object with vmSize, min, max, maxPods, maxSurgePercent",
    }),
    user: setting(pool({ min: 2, max: 10 }), {
      description: "The pool of the mesh and the applications.",
      allowed: "an object with vmSize, min, max, maxPods, maxSurgePercent",
    }),
  }),
  {
    description:
      "Node pools. The system pool is kept apart, so that an application cannot starve the cluster.",
    allowed: "an object with system and user",
  },
);

/** Kubernetes version. */
export const kubernetesVersion = setting(z.string().regex(/^1\.[3-9][0-9]$/), {
  description: "Kubernetes version as a minor alias; AKS chooses the newest patch, so a patch is no drift.",
  allowed: 'a minor version such as "1.35"',
  fix: "write major and minor only, quoted: YAML reads 1.30 without quotes as the number 1.3",
});

/** Where pods take their addresses from. */
export const networkPlugin = setting(z.enum(["node-subnet", "pod-subnet", "overlay"]), {
  description:
    "Where pods take their addresses from. A flat mesh needs pod addresses that peers can route to; " +
    "with pod-subnet, nodes and pods grow apart from each other.",
  allowed: "pod-subnet or node-subnet (overlay has no routable pod addresses)",
});

/** What enforces NetworkPolicy objects. */
export const networkPolicy = setting(z.enum(["calico", "azure", "cilium", "none"]), {
  description:
    "What enforces NetworkPolicy objects; the program makes them around the observability add-ons. A cluster " +
    "without one enforces nothing below the mesh; calico, because Azure's own engine is being retired.",
  allowed: "calico, azure, cilium or none",
});

/** Virtual addresses of Services. */
export const serviceCidr = setting(cidrText, {
  description:
    "Range of Service addresses. It is not routed, so all regions may share it, but it overlaps no virtual network.",
  allowed: "an IPv4 range of /12 to /28, such as 172.16.0.0/16",
});

/** Who may reach the API servers. */
export const apiAccess = setting(
  z.union([
    z.literal("open"),
    z.literal("private"),
    z.strictObject({
      authorizedRanges: setting(z.array(cidrText).max(200), {
        description: "The operator's ranges. Own and peers' egress addresses are added by the program.",
        allowed: "a list of 1 to 200 IPv4 ranges, such as your office's 203.0.113.0/24",
      }),
    }),
  ]),
  {
    description:
      "Who may reach the API servers over the Internet. There is no default that would fit: name the ranges " +
      "that you work from, or say open.",
    allowed: '{authorizedRanges: [...]} or "open"',
    fix: "pulumi config set --path 'global-mesh:apiAccess.authorizedRanges[0]' <your address>/32",
  },
);

/** Sign-in by Entra. */
export const entra = setting(
  z.strictObject({
    azureRbac: setting(z.boolean().default(true), {
      description: "Whether Azure role assignments decide who may do what in the cluster.",
      allowed: "true or false",
    }),
    adminGroups: setting(z.array(z.guid()).default([]), {
      description: "Object ids of the Entra groups whose members are cluster administrators.",
      allowed: "a list of object ids (GUIDs)",
      fix: "az ad group show --group <name> --query id",
    }),
  }),
  {
    description: "Sign-in by Entra ID; who may do what is then said in one place for all regions.",
    allowed: "an object with azureRbac and adminGroups",
  },
);

/** Client certificates of the cluster itself. */
export const localAccounts = setting(z.boolean(), {
  description:
    "Whether the cluster's own administrator certificate works. Whoever has seen it keeps it, so it is off.",
  allowed: "true or false",
});

/** How kubelogin signs in. */
export const kubelogin = setting(z.enum(["azurecli", "workloadidentity", "msi", "spn"]), {
  description: "How kubelogin signs in: azurecli at a desk, workloadidentity in CI.",
  allowed: "azurecli, workloadidentity, msi or spn",
});

/** Federated identities of pods. */
export const workloadIdentity = setting(z.boolean(), {
  description: "Whether pods can sign in to Azure by federation, so that none needs a stored credential.",
  allowed: "true or false",
});

/** Service level. */
export const tier = setting(z.enum(["Free", "Standard", "Premium"]), {
  description: "Service level of the API server. Free promises nothing and throttles large clusters.",
  allowed: "Free, Standard or Premium",
});

/** Automatic Kubernetes upgrades. */
export const upgradeChannel = setting(z.enum(["none", "patch", "stable", "rapid", "node-image"]), {
  description:
    "Automatic upgrades of Kubernetes. patch stays on the minor version that kubernetesVersion names.",
  allowed: "none, patch, stable, rapid or node-image",
});

/** Automatic node upgrades. */
export const nodeUpgradeChannel = setting(z.enum(["None", "Unmanaged", "SecurityPatch", "NodeImage"]), {
  description: "Automatic upgrades of the nodes' operating system.",
  allowed: "None, Unmanaged, SecurityPatch or NodeImage",
});

const days = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"] as const;

/** When upgrades may happen. */
export const maintenance = setting(
  z.union([
    z.literal("any-time"),
    z.strictObject({
      dayOfWeek: setting(z.enum(days), { description: "Day of the week.", allowed: days.join(", ") }),
      startTime: setting(z.string().regex(/^([01]\d|2[0-3]):[0-5]\d$/), {
        description: "Begin of the window.",
        allowed: 'a time of day as "02:00"',
      }),
      utcOffset: setting(
        z
          .string()
          .regex(/^[+-](0\d|1[0-4]):[0-5]\d$/)
          .default("+00:00"),
        {
          description: "Offset of startTime from UTC.",
          allowed: 'an offset as "+00:00"',
        },
      ),
      durationHours: setting(z.int().min(4).max(24).default(4), {
        description: "Length of the window in hours.",
        allowed: "a whole number from 4 to 24",
      }),
    }),
  ]),
  {
    description:
      "Weekly window of upgrades. Give each region a day of its own, so that never all are upgraded at once.",
    allowed: '{dayOfWeek, startTime, utcOffset, durationHours} or "any-time"',
  },
);

/** What Azure Monitor collects. */
export const monitoring = setting(
  z.strictObject({
    logs: setting(z.boolean().default(true), {
      description: "Control-plane logs in a Log Analytics workspace.",
      allowed: "true or false",
    }),
    logRetentionDays: setting(z.int().min(30).max(730).default(30), {
      description: "How long logs are kept.",
      allowed: "a whole number from 30 to 730",
    }),
  }),
  { description: "What Azure Monitor collects.", allowed: "an object with logs, logRetentionDays" },
);

/** Azure tags. */
export const tags = setting(
  z.record(
    z
      .string()
      .min(1)
      .max(512)
      .regex(/^[^<>%&\\?/]+$/),
    scalarText.pipe(z.string().max(256)),
  ),
  {
    description: "Tags of every Azure resource.",
    allowed: "up to 48 names (without <>%&\\?/; not part-of or region) with values of up to 256 characters",
  },
);
