import assert from "node:assert/strict";
import { runCycle, type Cycle, type Figures, type Kill, type Kind } from "./support/cycle";
import { Hold } from "./support/hold";
import { afterSteps, duringStep, duringWrite, lab, whilePluginStarts } from "./support/lab";

const POLICIES = [
  "production/PeerAuthentication/default",
  "production/VirtualService/ai-agent",
  "production/AuthorizationPolicy/ai-agent-policy",
];

/** Printed with the figures, so that a failure can be run again: KILL_SEED=… */
const seed = Number(process.env["KILL_SEED"] ?? Date.now() % 100_000);

/** Mulberry32: the same moments for the same seed. */
function random(state: number): () => number {
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}
const next = random(seed);

const K8S = "Kubernetes call";
const GATEWAY = ["istio-ingressgateway"];
const PRODUCTION = ["namespace-production"];

const held = (
  kind: Kind,
  operation: "CREATE" | "DELETE",
  of: string,
  admit: "before the end" | "never" = "before the end",
): Kill => ({
  kind,
  at: `${operation} of ${of} in the API server's hand`,
  moment: duringWrite((write) => write.operation === operation && write.kind === of, admit),
});

const slow = (method: "PUT" | "DELETE", type: string, op: "create" | "delete", token: string): Kill => ({
  kind: "ARM operation",
  at: `${method} of ${type} under way`,
  moment: async (lab, run) => {
    await lab.slowAzure(method, type, 2_000);
    return duringStep(op, token)(lab, run);
  },
});

const begun = (kind: Kind, type: string): Kill => ({
  kind,
  at: `creation of a ${type} just begun`,
  moment: duringStep("create", `:${type}`),
});

const starting = (plugin: string): Kill => ({
  kind: "plugin start",
  at: `start of the plugin ${plugin}`,
  moment: whilePluginStarts(plugin),
});

/** At a random step of so many. */
const anyTime = (steps: number): Kill => {
  const count = 1 + Math.floor(next() * steps);
  return { kind: "random", at: `${count} steps begun or ended`, moment: afterSteps(count) };
};

const CLUSTER = "Microsoft.ContainerService/managedClusters";
const POOL = `${CLUSTER}/agentPools`;

const CYCLES: readonly (readonly [title: string, cycle: Cycle])[] = [
  [
    "while it deletes and makes a cluster, of the whole stack",
    {
      destroy: slow("DELETE", CLUSTER, "delete", ":ManagedCluster"),
      up: slow("PUT", CLUSTER, "create", ":ManagedCluster"),
    },
  ],
  [
    "while it deletes and makes a custom resource, which is made",
    {
      targets: POLICIES,
      destroy: held(K8S, "DELETE", "VirtualService"),
      up: held(K8S, "CREATE", "VirtualService"),
    },
  ],
  [
    "while it makes a custom resource, which is not made",
    { targets: POLICIES, destroy: anyTime(4), up: held(K8S, "CREATE", "AuthorizationPolicy", "never") },
  ],
  [
    "while it makes a custom resource that others do not need",
    { targets: POLICIES, up: held(K8S, "CREATE", "PeerAuthentication") },
  ],
  [
    "while it deletes and makes a namespace with all that is in it",
    { targets: PRODUCTION, destroy: held(K8S, "DELETE", "Namespace"), up: held(K8S, "CREATE", "Namespace") },
  ],
  [
    "while it makes the secret of a credential",
    {
      targets: ["reader-token-g1"],
      destroy: held(K8S, "DELETE", "Secret"),
      up: held(K8S, "CREATE", "Secret"),
    },
  ],
  [
    "in the middle of a chart's uninstallation and installation",
    {
      targets: GATEWAY,
      destroy: held("Helm", "DELETE", "Deployment"),
      up: held("Helm", "CREATE", "Deployment"),
    },
  ],
  [
    "in the middle of an installation that goes no further",
    {
      targets: GATEWAY,
      destroy: held("Helm", "DELETE", "Service"),
      up: held("Helm", "CREATE", "Service", "never"),
    },
  ],
  ["at the beginning of an installation", { targets: GATEWAY, up: begun("Helm", "Release") }],
  [
    "while Azure deletes and makes a node pool",
    {
      targets: ["eastus-cluster-pool-user"],
      destroy: slow("DELETE", POOL, "delete", ":AgentPool"),
      up: slow("PUT", POOL, "create", ":AgentPool"),
    },
  ],
  [
    "at the beginning of a maintenance window's creation",
    {
      targets: ["eastus-cluster-aksManagedAutoUpgradeSchedule"],
      up: begun("ARM operation", "MaintenanceConfiguration"),
    },
  ],
  [
    "at the beginning of a diagnostic setting's creation",
    { targets: ["eastus-cluster-monitoring-control-plane"], up: begun("ARM operation", "DiagnosticSetting") },
  ],
  [
    "while the plugin of Kubernetes starts",
    { targets: POLICIES, destroy: anyTime(4), up: starting("kubernetes") },
  ],
  ["while the plugin of Azure starts", { targets: POLICIES, up: starting("azure-native") }],
  ["at any time, of the whole stack", { destroy: anyTime(60), up: anyTime(80) }],
  ["at any time (1)", { targets: [...PRODUCTION, ...GATEWAY], up: anyTime(60) }],
  ["at any time (2)", { targets: [...PRODUCTION, ...GATEWAY], up: anyTime(60) }],
  ["at any time (3)", { targets: PRODUCTION, up: anyTime(60) }],
  ["at any time (4)", { targets: PRODUCTION, up: anyTime(60) }],
  ["at any time (5)", { targets: POLICIES, up: anyTime(60) }],
];

describe("pulumi that is killed", function () {
  this.timeout(1_500_000);
  const shared = lab();
  const figures: Figures = {
    ups: new Map<Kind, number>(),
    destroys: new Map<Kind, number>(),
    converged: 0,
    lost: 0,
    twice: 0,
    recoveryMs: 0,
  };

  before(async () => {
    shared.hold = await Hold.open();
    await shared.standing.up();
    await shared.hold.install(shared.kube());
    const { lost, twice } = await shared.audit();
    assert.deepEqual({ lost, twice }, { lost: [], twice: [] });
  });

  after(() => {
    const count = (map: Map<Kind, number>): string =>
      [...map].map(([kind, times]) => `${times} ${kind}`).join(", ");
    console.log(
      `      SIGKILL (seed ${seed}): up ${count(figures.ups)}; destroy ${count(figures.destroys)}; ` +
        `converged ${figures.converged}, lost ${figures.lost}, twice ${figures.twice}; ` +
        `longest recovery ${(figures.recoveryMs / 1000).toFixed(1)} s; ` +
        `all that it had started gone ${(shared.pluginsMs / 1000).toFixed(1)} s after the engine at the latest`,
    );
  });

  const cycle = (title: string, one: Cycle): void => {
    it(title, async () => {
      const started = Date.now();
      await runCycle(shared, one, figures);
      if (process.env["KILL_TIMES"] !== undefined) console.log(`      ${Date.now() - started} ms`);
    });
  };

  for (const one of CYCLES) cycle(...one);
});
