import type { ExternalService, Service } from "./intent";
import type { Caller } from "./rules/access";
import { parseCaller } from "./rules/access";

/** Something that a workload may call. */
export interface Target {
  /** `namespace/name` of the entry. */
  readonly key: string;
  readonly namespace: string;
  readonly hosts: readonly string[];
  readonly service?: Service;
  readonly external?: ExternalService;
}

/** `namespace/name` of an entry. */
export function keyOf({ namespace, name }: { readonly namespace: string; readonly name: string }): string {
  return `${namespace}/${name}`;
}

/** Every caller that a service lets in; undefined where it lets in some that it does not name. */
export function declaredCallers({ access }: Service): readonly Caller[] | undefined {
  if (access === undefined) return undefined;
  const isOpen = access.some(({ from, namespaces }) => from === undefined && namespaces === undefined);
  return isOpen ? undefined : callersOf(access);
}

/** The callers that a service names, others beside them or not; all accounts of a namespace are `*`. */
export function namedCallers({ access = [] }: Service): readonly Caller[] {
  return callersOf(access);
}

function callersOf(access: NonNullable<Service["access"]>): readonly Caller[] {
  return access.flatMap(({ from = [], namespaces = [] }) => [
    ...from.flatMap((caller) => parseCaller(caller) ?? []),
    ...namespaces.map((namespace) => ({ namespace, serviceAccount: "*" })),
  ]);
}

/** Callers of an external service; without a word about them all workloads of its namespace. */
export function externalCallers({ callers, namespace }: ExternalService): readonly Caller[] {
  if (callers === undefined) return [{ namespace, serviceAccount: "*" }];
  return callers.flatMap((caller) => parseCaller(caller) ?? []);
}

/** What names whom as a caller. */
export interface DeclaredCalls {
  /** `namespace/serviceAccount` → what names it. */
  readonly byAccount: ReadonlyMap<string, readonly Target[]>;
  /** Namespace → what names all of its accounts. */
  readonly byNamespace: ReadonlyMap<string, readonly Target[]>;
}

/** Turns around who names whom. */
export function declaredCalls(targets: readonly Target[]): DeclaredCalls {
  const byAccount = new Map<string, Target[]>();
  const byNamespace = new Map<string, Target[]>();
  for (const target of targets) {
    for (const { namespace, serviceAccount } of targetCallers(target)) {
      const isWhole = serviceAccount === "*";
      const map = isWhole ? byNamespace : byAccount;
      const key = isWhole ? namespace : `${namespace}/${serviceAccount}`;
      const found = map.get(key);
      if (found === undefined) map.set(key, [target]);
      else found.push(target);
    }
  }
  return { byAccount, byNamespace };
}

function targetCallers({ service, external }: Target): readonly Caller[] {
  if (service !== undefined) return namedCallers(service);
  return external === undefined ? [] : externalCallers(external);
}
