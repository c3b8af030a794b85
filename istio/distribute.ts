import type { Labels } from "../topology";
import { matchesLabels } from "../topology";
import { keyOf } from "./callers";
import type { Application, Binding, NamespaceArgs } from "./intent";

/** A cluster that bindings may select. */
export interface BoundCluster {
  /** Name of its region. */
  readonly name: string;
  readonly labels: Labels;
}

/** Names of clusters, sorted. */
export type Clusters = readonly string[];

/**
 * What a binding can select within an application: itself, which stands for all that is not an entry of its own,
 * one of its entries, or a namespace.
 */
export type Bindable = object;

/** Which clusters everything goes to. */
export interface Distribution {
  /** The clusters that something goes to. */
  readonly clustersOf: (bindable: Bindable) => Clusters;
  /** The bindings that select something, by name, whether or not they select a cluster. */
  readonly bindingsOf: (bindable: Bindable) => readonly string[];
  /** Names of the bindings that select anything. */
  readonly effective: ReadonlySet<string>;
}

/** An entry that is bound by its own labels. */
interface Entry {
  readonly bindable: Bindable;
  readonly labels: Labels;
  readonly namespace: string;
}

/** Works out which clusters everything goes to. */
export function distribute(
  applications: readonly Application[],
  bindings: readonly Binding[],
  clusters: readonly BoundCluster[],
): Distribution {
  const selectors = bindings.map(selectorOf);
  const selected = new Map<Bindable, Set<Binding>>();
  const select = (bindable: Bindable, by: Iterable<Binding>): void => {
    const all = selected.get(bindable) ?? new Set();
    for (const one of by) all.add(one);
    selected.set(bindable, all);
  };
  const selecting = ({ name }: Application, labels: Labels): readonly Binding[] =>
    selectors.filter(({ selects }) => selects(name, labels)).map(({ binding }) => binding);
  const namespaces = new Map<string, Set<Binding>>();
  for (const application of applications) {
    const whole = selecting(application, application.labels);
    select(application, whole);
    for (const { bindable, labels, namespace } of entriesOf(application)) {
      const own = selecting(application, labels);
      select(bindable, own);
      add(namespaces, namespace, own);
    }
    for (const { name } of application.namespaces) add(namespaces, name, whole);
  }
  // What several applications say together is one object, so it goes wherever any of them goes.
  const gateways = new Map<string, Set<Binding>>();
  const entries = applications.flatMap((application) => application.gateways);
  for (const entry of entries) add(gateways, keyOf(entry), [...(selected.get(entry) ?? [])]);
  for (const entry of entries) select(entry, gateways.get(keyOf(entry)) ?? []);
  for (const application of applications) {
    for (const namespace of application.namespaces) select(namespace, namespaces.get(namespace.name) ?? []);
    follow(application, (bindable) => selected.get(bindable) ?? new Set(), select);
  }
  const bound = new Map(bindings.map((one) => [one, clustersOfBinding(one, clusters)]));
  return {
    clustersOf: memoized((bindable) =>
      [...new Set([...(selected.get(bindable) ?? [])].flatMap((one) => bound.get(one) ?? []))].toSorted(),
    ),
    bindingsOf: (bindable) => [...(selected.get(bindable) ?? [])].map(({ name }) => name).toSorted(),
    effective: new Set([...selected.values()].flatMap((by) => [...by].map(({ name }) => name))),
  };
}

/** The clusters that a binding gives something to. */
export function clustersOfBinding(
  { clusters: selectors }: Binding,
  clusters: readonly BoundCluster[],
): Clusters {
  return clusters
    .filter(({ labels }) => selectors.some((selector) => matchesLabels(selector, labels)))
    .map(({ name }) => name)
    .toSorted();
}

/** Whether a binding selects anything of an application. */
export function selectsAnything(one: Binding, application: Application): boolean {
  const { selects } = selectorOf(one);
  return [application.labels, ...entriesOf(application).map(({ labels }) => labels)].some((labels) =>
    selects(application.name, labels),
  );
}

interface Selector {
  readonly binding: Binding;
  /** Whether the binding selects something with those labels in the application of that name. */
  readonly selects: (application: string, labels: Labels) => boolean;
}

function selectorOf(binding: Binding): Selector {
  const names = new Set(binding.applications);
  return {
    binding,
    selects: (application, labels) =>
      names.has(application) || binding.entries.some((selector) => matchesLabels(selector, labels)),
  };
}

function entriesOf(application: Application): readonly Entry[] {
  const { services, gateways, externalServices, raw, labels } = application;
  return [
    ...[...services, ...gateways, ...externalServices].map((entry) => ({
      bindable: entry,
      labels: { ...labels, ...entry.labels },
      namespace: entry.namespace,
    })),
    ...raw.map((object) => ({
      bindable: object,
      labels: { ...labels, ...object.metadata.labels },
      namespace: object.metadata.namespace,
    })),
  ];
}

/** What has no labels of its own goes where that goes which it is about. */
function follow(
  application: Application,
  selectedBy: (bindable: Bindable) => Iterable<Binding>,
  select: (bindable: Bindable, by: Iterable<Binding>) => void,
): void {
  for (const entry of application.telemetry) select(entry, selectedBy(subject(application, entry.scope)));
}

function subject(application: Application, scope: Application["telemetry"][number]["scope"]): Bindable {
  if (scope === "mesh") return application;
  if ("namespace" in scope) {
    return application.namespaces.find(({ name }) => name === scope.namespace) ?? application;
  }
  const named = application.services.find(({ namespace, name }) => `${namespace}/${name}` === scope.service);
  return named ?? application;
}

function add<Key, Value>(sets: Map<Key, Set<Value>>, key: Key, values: readonly Value[]): void {
  const set = sets.get(key) ?? new Set();
  for (const value of values) set.add(value);
  sets.set(key, set);
}

function memoized<Key extends object, Value>(compute: (key: Key) => Value): (key: Key) => Value {
  const known = new Map<Key, Value>();
  return (key) => {
    const value = known.get(key) ?? compute(key);
    known.set(key, value);
    return value;
  };
}

/** The applications without what goes to no cluster; the very same list where everything goes somewhere. */
export function boundPart(
  applications: readonly Application[],
  { clustersOf }: Distribution,
): readonly Application[] {
  const goes = (bindable: Bindable): boolean => clustersOf(bindable).length > 0;
  const parts = applications.map((application) => {
    const { meshMtls, ...rest } = application;
    return {
      ...rest,
      ...(meshMtls !== undefined && goes(application) ? { meshMtls } : {}),
      namespaces: application.namespaces.filter(goes),
      services: application.services.filter(goes),
      gateways: application.gateways.filter(goes),
      externalServices: application.externalServices.filter(goes),
      telemetry: application.telemetry.filter(goes),
      raw: application.raw.filter(goes),
    };
  });
  const complete = parts.every((part, index) => size(part) === size(applications[index] ?? part));
  return complete ? applications : parts;
}

function size(application: Application): number {
  const { meshMtls, namespaces, services, gateways, externalServices, telemetry, raw } = application;
  const lists: readonly (readonly (NamespaceArgs | object)[])[] = [
    namespaces,
    services,
    gateways,
    externalServices,
    telemetry,
    raw,
  ];
  return lists.reduce((sum, list) => sum + list.length, meshMtls === undefined ? 0 : 1);
}
