import { randomBytes, randomUUID } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { homedir } from "node:os";
import path from "node:path";
import { claimBlock, settleSlots } from "../../sandbox/addresses";
import { armAddress, regionAddresses } from "../../sandbox/addresses/layout";
import { writeJson, type SandboxHome, type SandboxIdentity } from "../../sandbox/home";
import { bundlePlugins, bundleProgram, installPlugins, pluginPlan } from "../../sandbox/plugins/install";
import { ProcessRegistry } from "../../sandbox/processes";
import { endContainersIn, endMarked } from "../../sandbox/processes/marked";
import { writeProject } from "../../sandbox/project/project";
import { regionOf } from "../../topology";
import {
  CONTROL_TOOLS,
  TOOL_NAMES,
  ensureBootstrap,
  ensureCharts,
  ensureTools,
  type ResolvedTool,
  type ToolName,
} from "../../sandbox/tools";
import type { StepView } from "../ui/steps";
import { chosenSettings, guardrailsOf, namedApplications } from "./chosen";
import { requireIdentity, type SandboxContext } from "./context";
import { existingOverlay } from "./existing";
import { globalOverlay, regionOverlay } from "./overlay";
import type { PluginReport } from "./report";
import { armFacts, standingRegions } from "./standing";

/** Three control planes come back one after another when a stopped sandbox starts again. */
const DAEMON_START_MS = 240_000;

/** Tools and charts, from the cache or built. */
export interface Toolbox {
  readonly tools: ReadonlyMap<ToolName, ResolvedTool>;
  readonly charts: string;
  /** Istio's template of Envoy's first configuration; absent where no proxies run. */
  readonly bootstrap?: string;
}

export async function prepareTools(
  view: StepView,
  signal: AbortSignal,
  { proxies }: Pick<SandboxContext, "proxies"> = { proxies: true },
): Promise<Toolbox> {
  const tools = await ensureTools(proxies ? TOOL_NAMES : CONTROL_TOOLS, {
    signal,
    onProgress: (event) => view.report(`${event.tool}: ${event.phase} ${event.detail}`),
  });
  const charts = await ensureCharts({ signal });
  const bootstrap = proxies ? { bootstrap: await ensureBootstrap({ signal }) } : {};
  const built = [...tools.values()].filter((tool) => tool.source === "build").length;
  view.title(`Tools: ${tools.size} ready, ${built} built now; Istio charts ${charts.version}`);
  return { tools, charts: charts.folder, ...bootstrap };
}

/** Makes the home folder, or readies the one of an earlier run: its left-over processes are ended first. */
export async function prepareHome(context: SandboxContext, toolbox: Toolbox): Promise<SandboxIdentity> {
  const { home } = context;
  await endMarked(home.root);
  const standing = home.identity() !== undefined && (await context.daemon.healthy());
  if (!standing) await endLeftovers(home);
  home.make();
  if (!standing) await claim(context);
  const identity = fitSlots(context);
  writeSecret(home.passphraseFile, () => randomBytes(32).toString("hex"));
  writeSecret(home.adminTokenFile, () => randomBytes(32).toString("hex"));
  writeSecret(home.operatorTokenFile, () => randomBytes(32).toString("hex"));
  linkTools(home, toolbox);
  writeKubelogin(home);
  return identity;
}

/** Ends what a killed run of this home left: recorded processes, and what they and the engine started. */
export async function endLeftovers(home: SandboxHome): Promise<void> {
  await ProcessRegistry.endRecorded(home.processes);
  await endContainersIn(home.clusters);
  await endMarked(home.root);
  if (home.identity() !== undefined) home.emptyTmp();
}

/**
 * Gives each region that came into the table a slot, takes back those of regions that are gone, and notes the
 * applications that were chosen. The daemon reads the slots where it needs them, so it need not be started again.
 */
export function fitSlots(context: SandboxContext): SandboxIdentity {
  const { home, stacks } = context;
  const before = requireIdentity(home);
  const slots = settleSlots({
    before: before.slots,
    wanted: stacks.regions,
    standing: standingRegions(home, stacks.global),
    own: armFacts(home).slots,
  });
  const { applications } = context;
  const identity = { ...before, slots, ...(applications === undefined ? {} : { applications }) };
  if (JSON.stringify(identity) !== JSON.stringify(before)) home.writeIdentity(identity);
  return identity;
}

async function claim(context: SandboxContext): Promise<void> {
  const { home } = context;
  const before = home.identity();
  const claimed = await claimBlock({
    home: home.root,
    ...(before === undefined ? {} : { preferred: before.block }),
  });
  if (before !== undefined && before.block !== claimed.block) {
    await claimed.release();
    throw new Error(
      `The loopback block ${before.block} of the sandbox in ${home.root} is in use by something else, ` +
        "and its stored kubeconfigs name it. Stop what uses it, or take this sandbox down with: " +
        "npm run sandbox:down -- --force",
    );
  }
  if (before !== undefined) return;
  const arm = armAddress(claimed.block);
  const identity: SandboxIdentity = {
    version: 1,
    home: home.root,
    block: claimed.block,
    armUrl: `http://${arm.host}:${arm.port}`,
    subscriptionId: randomUUID(),
    slots: {},
    createdAt: new Date().toISOString(),
  };
  home.writeIdentity(identity);
}

/** Bundles and installs the plugins; returns which are official and which stand in. */
export async function preparePlugins(
  context: SandboxContext,
  identity: SandboxIdentity,
  toolbox: Toolbox,
): Promise<PluginReport[]> {
  const { home } = context;
  const bundles = await bundlePlugins({ outDir: home.bundles });
  const usersPulumi = process.env["PULUMI_HOME"] ?? path.join(homedir(), ".pulumi");
  const plan = await pluginPlan({ searchDirs: [path.join(usersPulumi, "plugins")] });
  await installPlugins({
    pulumiHome: home.pulumiHome,
    bundles,
    plan,
    env: {
      SANDBOX_ARM_URL: identity.armUrl,
      SANDBOX_ARM_TOKEN_FILE: home.adminTokenFile,
      SANDBOX_LOG_DIR: home.logs,
      SANDBOX_HELM: toolbox.tools.get("helm")?.path ?? "helm",
    },
  });
  return plan.map(({ name, version, source }) => ({ name, version, source }));
}

/** Writes the generated project with every stack's overlay. */
export function prepareProject(context: SandboxContext, identity: SandboxIdentity, charts: string): void {
  const { mesh } = context.stacks;
  const overlays = Object.fromEntries(
    context.stacks.regions.map((region) => {
      const place = regionOf(mesh, region);
      const slot = identity.slots[place.controlPlane];
      if (slot === undefined || identity.slots[region] === undefined)
        throw new Error(`region ${region} has no slot in ${context.home.identityFile}`);
      const { istiod } = regionAddresses(identity.block, slot);
      return [
        region,
        {
          ...regionOverlay({
            charts,
            mesh,
            region: place,
            istiod,
            armUrl: identity.armUrl,
            subscriptionId: identity.subscriptionId,
          }),
          ...chosenSettings(context.applications),
          ...existingOverlay(context, region),
        },
      ];
    }),
  );
  const { program, home, stacks, applications } = context;
  const guardrails = guardrailsOf(program, applications ?? namedApplications(program, stacks.regions));
  if (guardrails === undefined) rmSync(home.guardrails, { force: true });
  else writeJson(home.guardrails, guardrails);
  writeProject(
    { program: context.program, generated: context.home.project },
    { [context.stacks.global]: globalOverlay(), ...overlays },
  );
}

/** Whether proxies run, by what the daemon was started with. */
export function hasDataPlane(home: SandboxHome): boolean {
  const { tools } = JSON.parse(readFileSync(home.daemonFile, "utf8")) as { tools: object };
  return "dataPlane" in tools;
}

/** Starts the daemon unless it runs, and waits until all that stood before stands again. */
export async function startDaemon(
  context: SandboxContext,
  toolbox: Toolbox,
  signal: AbortSignal,
): Promise<void> {
  const { home, daemon } = context;
  if (await daemon.healthy()) return;
  writeJson(home.daemonFile, {
    tools: {
      etcd: toolbox.tools.get("etcd")?.path,
      kubeApiserver: toolbox.tools.get("kube-apiserver")?.path,
      kubeControllerManager: toolbox.tools.get("kube-controller-manager")?.path,
      pilotDiscovery: toolbox.tools.get("pilot-discovery")?.path,
      ...(await dataPlanePrograms(context, toolbox)),
    },
  });
  const registry = new ProcessRegistry(home.processes);
  const process_ = await registry.spawn({
    name: "daemon",
    command: process.execPath,
    args: ["--import", "tsx", path.join(__dirname, "../../sandbox/daemon/main.ts"), "--home", home.root],
    cwd: path.join(__dirname, "../.."),
    logFile: path.join(home.logs, "daemon.log"),
    detached: true,
    stopWave: -1,
  });
  let ended = false;
  void process_.exited.then(() => (ended = true));
  try {
    await daemon.waitHealthy(() => !ended, DAEMON_START_MS, signal);
  } catch (error) {
    throw new Error(`${error instanceof Error ? error.message : String(error)}\n${process_.tail()}`, {
      cause: error,
    });
  }
}

async function dataPlanePrograms(
  { home, proxies }: SandboxContext,
  { tools, bootstrap }: Toolbox,
): Promise<object> {
  if (!proxies) return {};
  const app = await bundleProgram({ name: "app", entry: "sandbox/app/main.ts", outDir: home.bundles });
  const [pilotAgent, envoy] = [tools.get("pilot-agent")?.path, tools.get("envoy")?.path];
  return { dataPlane: { pilotAgent, envoy, bootstrap, app } };
}

function linkTools(home: SandboxHome, toolbox: Toolbox): void {
  for (const tool of toolbox.tools.values()) {
    const link = path.join(home.bin, tool.name);
    rmSync(link, { force: true });
    symlinkSync(tool.path, link);
  }
}

/** AKS kubeconfigs name `kubelogin`; this one hands out the operator token of the sandbox. */
function writeKubelogin(home: SandboxHome): void {
  writeFileSync(
    path.join(home.bin, "kubelogin"),
    [
      "#!/bin/sh",
      "# Stand-in of the sandbox for Azure's kubelogin: prints the operator token as an ExecCredential.",
      `token=$(cat '${home.operatorTokenFile}') || exit 1`,
      `printf '{"apiVersion":"client.authentication.k8s.io/v1beta1","kind":"ExecCredential","status":{"token":"%s"}}' "$token"`,
      "",
    ].join("\n"),
    { mode: 0o700 },
  );
}

function writeSecret(file: string, make: () => string): void {
  if (existsSync(file)) return;
  mkdirSync(path.dirname(file), { recursive: true });
  writeFileSync(file, make(), { mode: 0o600 });
}
