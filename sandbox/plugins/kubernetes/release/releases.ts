import {
  containsUnknown,
  own,
  PartialFailure,
  type CheckRequest,
  type CheckResult,
  type CreateRequest,
  type CreateResult,
  type DeleteRequest,
  type DiffRequest,
  type DiffResult,
  type Failure,
  type PlainMap,
  type ReadRequest,
  type ReadResult,
  type UpdateRequest,
  type UpdateResult,
} from "../../wire";
import { diffAgainst } from "../diff";
import { autoname, parseId } from "../naming";
import { asMap, asText } from "../plain";
import { givenUp, requireCluster } from "../reach";
import type { Session } from "../session";
import { blockers } from "../blockers";
import { chartVersion, isChartFolder, readChartFolder, type ChartFacts } from "./chart";
import { Helm, helmError, type HelmResult } from "./helm";
import {
  chartArguments,
  checkRelease,
  installArguments,
  place,
  upgradeArguments,
  waitArguments,
  withDefaults,
} from "./inputs";
import { manifestObjects } from "./manifest";
import { importInputs, previewOutputs, releaseOutputs, standing } from "./outputs";
import { revisions, unpack, type ReleaseRecord } from "./storage";

/** Helm releases, run by the real Helm. */
export class Releases {
  private readonly helm: Helm;

  constructor(private readonly session: Session) {
    this.helm = new Helm(session.settings.kubeconfig, session.settings.context);
  }

  async check(r: CheckRequest): Promise<CheckResult> {
    const failures: Failure[] = checkRelease(r.news);
    const said = own(r.news, "name");
    const old = asText(own(r.olds ?? {}, "name"));
    const name =
      said === undefined || said === null || said === "" ? old || autoname(r.name, r.randomSeed) : said;
    const inputs = withDefaults(r.news, name, this.session.settings.namespace);
    if (failures.length > 0 || chartIsUnknown(inputs)) return { inputs, failures };
    try {
      const { version, checksum } = await this.chartFacts(inputs);
      return { inputs: { ...inputs, version, ...(checksum === undefined ? {} : { checksum }) }, failures };
    } catch (error) {
      const words = error instanceof Error ? error.message : String(error);
      const reason = `${words}; check the chart's name and its repository or folder.`;
      return { inputs, failures: [{ property: "chart", reason }] };
    }
  }

  diff(r: DiffRequest): DiffResult {
    const before = standing(r.oldOutputs, r.oldInputs, r.news);
    return diffAgainst(asMap(before), r.news, ["name", "namespace"], r.ignoreChanges);
  }

  async create(r: CreateRequest): Promise<CreateResult> {
    if (r.preview) return { id: "", outputs: previewOutputs(r.inputs) };
    await requireCluster(this.session);
    // As with the official plugin, Helm refuses a name that is in use, be it by what a killed run left.
    return await this.finish(r, installArguments(r.inputs));
  }

  async read(r: ReadRequest): Promise<ReadResult | undefined> {
    const { namespace = "default", name } = parseId(r.id);
    if (await givenUp(this.session)) return undefined;
    const latest = (await revisions(this.session.kube, namespace, name)).at(-1);
    if (latest === undefined) return undefined;
    const record = unpack(latest);
    const inputs =
      r.inputs !== undefined && Object.keys(r.inputs).length > 0 ? r.inputs : importInputs(record);
    return { id: r.id, outputs: releaseOutputs(inputs, record, r.outputs), inputs };
  }

  async update(r: UpdateRequest): Promise<UpdateResult> {
    if (r.preview) return { outputs: previewOutputs(r.news) };
    await requireCluster(this.session);
    const [namespace, name] = place(r.news);
    const all = await revisions(this.session.kube, namespace, name);
    if (all.length === 0)
      throw new Error(
        `the Helm release ${namespace}/${name} is gone from the cluster: run \`pulumi refresh\`, then update again.`,
      );
    // Helm refuses one on which a run was under way when it was killed; so the official plugin (its issue 2054).
    const { outputs } = await this.finish({ ...r, inputs: r.news }, upgradeArguments(r.news));
    return { outputs };
  }

  async delete(r: DeleteRequest): Promise<void> {
    const { namespace = "default", name } = parseId(r.id);
    const outage = await this.session.outage();
    // The official plugin does not give up a Release in a deletion, whatever is set; only in a refresh.
    if (outage !== undefined)
      throw new Error(
        `Helm release ${r.id} cannot be deleted: ${outage.message}. If the cluster is gone for good, take it out of the state with PULUMI_K8S_DELETE_UNREACHABLE=true pulumi refresh first.`,
        { cause: outage },
      );
    const latest = (await revisions(this.session.kube, namespace, name)).at(-1);
    if (latest === undefined) return;
    const settings = Object.keys(r.oldInputs).length > 0 ? r.oldInputs : r.outputs;
    const limit = r.timeoutSeconds === 0 ? {} : { timeout: r.timeoutSeconds };
    const inputs = { ...settings, ...limit, name, namespace };
    try {
      await this.uninstall(inputs, r.signal);
    } catch (error) {
      const held = await this.leftovers(unpack(latest), namespace);
      if (held.length === 0) throw error;
      throw new Error(
        `${error instanceof Error ? error.message : String(error)}; still there: ${held.join("; ")}`,
        { cause: error },
      );
    }
  }

  private async chartFacts(inputs: PlainMap): Promise<ChartFacts> {
    const chart = asText(own(inputs, "chart"));
    if (own(asMap(own(inputs, "repositoryOpts")), "repo") === undefined && isChartFolder(chart))
      return readChartFolder(chart);
    const result = await this.helm.run({ args: ["show", "chart", ...chartArguments(inputs)] });
    if (result.code !== 0) throw new Error(helmError(result));
    return { version: chartVersion(result.stdout) };
  }

  private async finish(
    r: { inputs: PlainMap; timeoutSeconds: number; signal: AbortSignal },
    args: readonly string[],
  ): Promise<CreateResult> {
    const [namespace, name] = place(r.inputs);
    const values = own(r.inputs, "values");
    const input = values === undefined ? undefined : JSON.stringify(values);
    const before = (await revisions(this.session.kube, namespace, name)).at(-1);
    const result = await this.helm.run({
      args: withTimeout(args, r.timeoutSeconds),
      input,
      signal: r.signal,
    });
    const latest = (await revisions(this.session.kube, namespace, name)).at(-1);
    const id = `${namespace}/${name}`;
    if (result.code === 0 && latest !== undefined)
      return { id, outputs: releaseOutputs(r.inputs, unpack(latest)) };
    const words = `Helm release ${id}: ${r.signal.aborted ? "interrupted: " : ""}${helmError(result)}`;
    // Helm refused before it began: what stands is not of this run, and may be somebody else's.
    if (latest === undefined || latest.secret.metadata.uid === before?.secret.metadata.uid)
      throw new Error(words);
    // Something stands in the cluster: the state must know of it, so that the next update can mend it.
    throw new PartialFailure(id, releaseOutputs(r.inputs, unpack(latest)), [words]);
  }

  private async uninstall(inputs: PlainMap, signal: AbortSignal): Promise<void> {
    const [namespace, name] = place(inputs);
    const args = [
      "uninstall",
      name,
      "--namespace",
      namespace,
      "--ignore-not-found",
      ...waitArguments(inputs),
    ];
    expectSuccess(await this.helm.run({ args, signal }), "helm uninstall", namespace, name);
  }

  // What an unfinished uninstallation has left, and what holds it.
  private async leftovers(record: ReleaseRecord, namespace: string): Promise<string[]> {
    const found: string[] = [];
    for (const ref of manifestObjects(record.manifest)) {
      const info = await this.session.kube.resource(ref.apiVersion, ref.kind).catch(() => undefined);
      if (info === undefined) continue;
      const at = info.namespaced ? { ...ref, namespace: ref.namespace ?? namespace } : ref;
      const live = await this.session.kube.get(at).catch(() => undefined);
      if (live?.metadata.deletionTimestamp !== undefined)
        found.push(`${ref.kind} ${ref.name} (${blockers(live)})`);
    }
    return found;
  }
}

function expectSuccess(result: HelmResult, what: string, namespace: string, name: string): void {
  if (result.code !== 0) throw new Error(`${what} of ${namespace}/${name}: ${helmError(result)}`);
}

// A limit of the resource's own goes before that of the Release.
function withTimeout(args: readonly string[], seconds: number): string[] {
  return seconds === 0 ? [...args] : [...args, "--timeout", `${seconds}s`];
}

function chartIsUnknown(inputs: PlainMap): boolean {
  return ["chart", "version", "repositoryOpts"].some((key) => containsUnknown(own(inputs, key)));
}
