import type { Service } from "../../intent";
import { at, items } from "../../rules/fields";
import { podTemplate } from "../../rules/kubernetes/pods";
import { isWithin, labelKey, labelsOf, push, type Labels } from "./labels";
import type { Viewed } from "./object";

/** Workloads of one description. */
export interface Workload {
  readonly namespace: string;
  /** Every label that is known, with the values that it may have. */
  readonly labels: Readonly<Record<string, readonly string[]>>;
  /** Whether they may bear labels that nobody has told us of, as those of a service of the catalog. */
  readonly open: boolean;
  readonly serviceAccount: string;
}

/** Workloads by namespace and label. */
export class WorkloadIndex {
  private readonly byNamespace = new Map<string, Workload[]>();
  private readonly byLabel = new Map<string, Workload[]>();
  private readonly accounts = new Set<string>();

  add(workload: Workload): void {
    const { namespace, labels, serviceAccount } = workload;
    push(this.byNamespace, namespace, workload);
    for (const [key, values] of Object.entries(labels)) {
      for (const value of values) push(this.byLabel, labelKey(namespace, key, value), workload);
    }
    this.addAccount(`${namespace}/${serviceAccount}`);
  }

  /** Adds a service account as `namespace/name`, where the name may be `*`. */
  addAccount(caller: string): void {
    this.accounts.add(caller);
  }

  /** Whether anything is known of the workloads of a namespace. */
  knows(namespace: string): boolean {
    return this.byNamespace.has(namespace);
  }

  hasAccount(namespace: string, account: string): boolean {
    return [account, "*"].some((one) => this.accounts.has(`${namespace}/${one}`));
  }

  /** The workloads of a namespace that may bear these labels. */
  matching(namespace: string, selector: Labels): readonly Workload[] {
    return this.candidates(namespace, selector).filter((workload) => mayBear(workload, selector));
  }

  /** Whether any workload of a namespace, or of any where none is given, may bear these labels. */
  canMatch(namespace: string | undefined, selector: Labels): boolean {
    const namespaces = namespace === undefined ? [...this.byNamespace.keys()] : [namespace];
    return namespaces.some((one) =>
      this.candidates(one, selector).some((workload) => mayBear(workload, selector)),
    );
  }

  /** Every workload of the catalog says its `app`, so that label narrows at once; others only where all are told. */
  private candidates(namespace: string, selector: Labels): readonly Workload[] {
    const app = selector["app"];
    return app === undefined
      ? (this.byNamespace.get(namespace) ?? [])
      : (this.byLabel.get(labelKey(namespace, "app", app)) ?? []);
  }
}

/** Labels that istiod or a cloud adds to endpoints, so that no template shows them. */
const ADDED = /(^|\.)(istio\.io|kubernetes\.io)\//;

/** Whether workloads may have all these labels. */
export function mayBear({ labels, open }: Workload, selector: Labels): boolean {
  return Object.entries(selector).every(([key, value]) => {
    const known = labels[key];
    return known === undefined ? open || ADDED.test(key) : known.includes(value);
  });
}

/** The workloads of a service of the catalog: `app` and the versions that it names are told, all else is theirs. */
export function workloadOf(service: Service, versions: readonly string[]): Workload {
  return {
    namespace: service.namespace,
    labels: { app: [service.name], ...(versions.length === 0 ? {} : { version: versions }) },
    open: true,
    serviceAccount: service.serviceAccount,
  };
}

/** The workloads that an object makes or describes. */
export function workloadsIn({ kind, namespace, object, spec }: Viewed): readonly Workload[] {
  const described = (part: unknown, account: unknown): Workload => ({
    namespace,
    labels: Object.fromEntries(Object.entries(labelsOf(part)).map(([key, value]) => [key, [value]])),
    open: false,
    serviceAccount: typeof account === "string" && account !== "" ? account : "default",
  });
  if (kind === "WorkloadEntry") return [described(at(spec, "labels"), at(spec, "serviceAccount"))];
  if (kind === "WorkloadGroup") {
    return [described(at(spec, "metadata", "labels"), at(spec, "template", "serviceAccount"))];
  }
  if (kind === "ServiceEntry") {
    return items("", at(spec, "endpoints")).map(({ value }) =>
      described(value["labels"], value["serviceAccount"]),
    );
  }
  const pod = podTemplate(kind, object);
  if (pod === undefined) return [];
  const place = pod.setting.split(".").slice(0, -1);
  return [described(at(object, ...place, "metadata", "labels"), pod.spec["serviceAccountName"])];
}

/** Whether a selector asks for nothing that labels contradict. */
export function isCompatible(selector: Labels, labels: Labels): boolean {
  return (
    isWithin(selector, labels) ||
    Object.entries(selector).every(([key, value]) => labels[key] === undefined || labels[key] === value)
  );
}
