import fc from "fast-check";
import type { Said } from "./mutations";

/** Names of regions that Azure has, and the longest that the mesh takes. */
export const REGIONS = [
  "eastus",
  "westeurope",
  "southeastasia",
  "northeurope",
  "swedencentral",
  "a",
  "region-with-a-name-of-forty-five-characters-x",
];

const label = fc.constantFrom("enabled", "istio", "gold", "", "a.b_c-d");
const numberIn = (min: number, max: number): fc.Arbitrary<number> =>
  fc.oneof(fc.constantFrom(min, max), fc.integer({ min, max }));

function pool(): fc.Arbitrary<Said> {
  return fc.record(
    {
      vmSize: fc.constantFrom("Standard_D4ds_v5", "Standard_E2_v3"),
      min: numberIn(1, 3),
      max: numberIn(3, 60),
      maxPods: numberIn(30, 250),
      maxSurgePercent: numberIn(1, 100),
    },
    { requiredKeys: ["min", "max"] },
  );
}

/** A regions table whose ranges do not overlap: each region has a /12 to choose from. */
function regionTable(): fc.Arbitrary<Said> {
  return fc.uniqueArray(fc.constantFrom(...REGIONS), { minLength: 1, maxLength: 6 }).chain((names) =>
    fc
      .tuple(
        ...names.map((_, index) =>
          fc.record(
            {
              cidr: fc.constantFrom(`10.${16 * index + 16}.0.0/16`, `10.${16 * index + 16}.0.0/14`),
              labels: fc.dictionary(fc.constantFrom("mesh", "integration", "example.com/tier"), label, {
                maxKeys: 3,
                noNullPrototype: true,
              }),
              zones: fc.constantFrom(["1", "2", "3"], ["1"], [], [1, 2]),
            },
            { requiredKeys: ["cidr"] },
          ),
        ),
      )
      .map((entries) => Object.fromEntries(names.map((name, index) => [name, entries[index] ?? {}]))),
  );
}

const helm = fc.record(
  {
    base: fc.constantFrom({}, { base: { excludedCRDs: [] } }),
    istiod: fc.constantFrom({}, { pilot: { replicaCount: 2 } }, { env: { A: "b" } }, { global: null }),
    gateway: fc.constantFrom({}, { autoscaling: { enabled: true } }, { service: { type: "LoadBalancer" } }),
  },
  { requiredKeys: [] },
);

function ranges(count: fc.Arbitrary<number>): fc.Arbitrary<unknown> {
  return count.map((length) => ({
    authorizedRanges: Array.from({ length }, (_, n) => `198.51.100.${n}/32`),
  }));
}

/** Settings that a stack may say, each with a value that is right by itself; together they may still be wrong. */
function partsOf(charts: string): Readonly<Record<string, fc.Arbitrary<unknown>>> {
  return {
    topology: fc.constant("flat"),
    meshId: fc.constantFrom("mesh1", "m", "a-mesh-with-a-long-name"),
    trustDomain: fc.constantFrom("cluster.local", "mesh.example.com"),
    trust: fc.record(
      {
        rootValidityYears: numberIn(3, 30),
        intermediateValidityYears: numberIn(1, 2),
        renewBeforeDays: numberIn(1, 364),
        roots: fc.constantFrom(["r1"], ["r1", "r2"]),
        signingRoot: fc.constant("r1"),
      },
      { requiredKeys: [] },
    ),
    istioVersion: fc.constantFrom("1.31.1", "1.30.4", "1.32.0"),
    revision: fc.constantFrom("default", "1-31-1", "canary"),
    profile: fc.constantFrom("demo", "default", "minimal", "production"),
    charts: fc.constantFrom(
      { repository: "https://charts.example.com" },
      { registry: "oci://registry.example.com/istio" },
      { folder: charts },
    ),
    values: helm,
    applications: fc.constantFrom(["ai-agent"], ["ai-agent", "mesh"], ["mesh"], []),
    kubernetesVersion: fc.constantFrom("1.35", "1.30"),
    pools: fc.record({ system: pool(), user: pool() }, { requiredKeys: [] }),
    networkPlugin: fc.constantFrom("pod-subnet", "node-subnet"),
    networkPolicy: fc.constantFrom("calico", "azure", "cilium", "none"),
    serviceCidr: fc.constantFrom("172.16.0.0/16", "192.168.0.0/28", "172.20.0.0/14"),
    apiAccess: fc.oneof(
      { weight: 6, arbitrary: fc.constant("open") },
      { weight: 6, arbitrary: ranges(fc.integer({ min: 1, max: 3 })) },
      { weight: 1, arbitrary: ranges(fc.constantFrom(194, 198, 200)) },
    ),
    entra: fc.record(
      { azureRbac: fc.boolean(), adminGroups: fc.constantFrom([], ["7b3a2c1d-0000-4000-8000-000000000001"]) },
      { requiredKeys: [] },
    ),
    localAccounts: fc.boolean(),
    kubelogin: fc.constantFrom("azurecli", "workloadidentity", "msi", "spn"),
    workloadIdentity: fc.boolean(),
    tier: fc.constantFrom("Free", "Standard", "Premium"),
    upgradeChannel: fc.constantFrom("none", "patch", "stable", "rapid", "node-image"),
    nodeUpgradeChannel: fc.constantFrom("None", "Unmanaged", "SecurityPatch", "NodeImage"),
    maintenance: fc.oneof(
      fc.constant("any-time"),
      fc.record(
        {
          dayOfWeek: fc.constantFrom("Monday", "Sunday"),
          startTime: fc.constantFrom("00:00", "23:59"),
          utcOffset: fc.constantFrom("+00:00", "-14:59"),
          durationHours: numberIn(4, 24),
        },
        { requiredKeys: ["dayOfWeek", "startTime"] },
      ),
    ),
    monitoring: fc.record({ logs: fc.boolean(), logRetentionDays: numberIn(30, 730) }, { requiredKeys: [] }),
    tags: fc.dictionary(fc.constantFrom("owner", "Owner", "cost centre"), fc.constantFrom("mesh", 7, true), {
      maxKeys: 2,
      noNullPrototype: true,
    }),
    protect: fc.boolean(),
    readerGeneration: numberIn(1, 999),
    keptReaderGeneration: numberIn(0, 998),
    clusterGeneration: numberIn(1, 999),
  };
}

/** The settings of one region's file that each role may say. */
const OWN = {
  global: [],
  primary: ["dnsLabel", "dnsLabelScope", "overrides"],
  region: ["dnsLabel", "dnsLabelScope", "overrides"],
  existing: ["egressAddresses", "overrides"],
} as const satisfies Record<SoundStack["role"], readonly string[]>;

/** A stack and what its files say, all right by itself. */
export interface SoundStack {
  readonly stack: string;
  readonly role: "global" | "primary" | "region" | "existing";
  readonly said: Said;
}

/** Every role of a stack: global, the primary region, another one, and one with a cluster of its own. */
export function soundStack(defaults: Said, charts: string): fc.Arbitrary<SoundStack> {
  const parts = partsOf(charts);
  return fc
    .record({
      role: fc.constantFrom("global" as const, "primary" as const, "region" as const, "existing" as const),
      table: regionTable(),
      own: fc.record(
        {
          dnsLabel: fc.constantFrom("my-mesh", "abc"),
          dnsLabelScope: fc.constantFrom("exact", "tenant"),
          egressAddresses: fc.constantFrom(["192.0.2.7"], ["192.0.2.0/28", "198.51.100.9"], []),
          overrides: helm,
        },
        { requiredKeys: [] },
      ),
      leaves: fc.boolean(),
      shared: fc
        .subarray(Object.keys(parts), { maxLength: 6 })
        .chain((few) => fc.record(pick(parts, [...few, "apiAccess"]))),
    })
    .map(({ role, table, own, leaves, shared }) => {
      const names = Object.keys(table);
      const [primary = "", other = primary] = names;
      const stack = role === "global" ? "global" : role === "primary" ? primary : other;
      const said = {
        ...defaults,
        ...shared,
        regions: table,
        primary,
        ...(leaves && names.length > 2 ? { leaving: [names[2]] } : {}),
        ...pick<unknown>(own, OWN[role]),
        ...(role === "existing" ? { platform: "existing" } : {}),
      } as Said;
      return { stack, role, said };
    });
}

function pick<T>(from: Readonly<Record<string, T>>, keys: readonly string[]): Record<string, T> {
  return Object.fromEntries(Object.entries(from).filter(([key]) => keys.includes(key)));
}
