import type { Application, Binding, NamespaceArgs } from "../intent";
import { serviceHost } from "../intent";
import { checkBinding, checkEntryLabels } from "./binding";
import type { Callers } from "./callers";
import { callersOf, checkCallerNames } from "./callers";
import { entryKey } from "../scope";
import type { RouteScope } from "../traffic/routePlan";
import { checkEdge } from "./edge";
import type { Fault } from "./fault";
import { checkName, duplicates } from "./names";
import { checkSecurity } from "./security";
import { checkService } from "./service";

/** Every cluster has it before anything is compiled, so no application brings it along. */
const ROOT_NAMESPACE = "istio-system";

/** Every fault of the applications and bindings of a mesh of those regions. */
export function checkCatalog(
  applications: readonly Application[],
  bindings: readonly Binding[],
  regions: readonly string[],
): readonly Fault[] {
  const names = applications.map(({ name }) => name);
  const services = applications.flatMap((application) => application.services);
  const byKey = new Map(services.map((service) => [entryKey(service), service]));
  // Which phase a canary is in changes weights alone.
  const scope: RouteScope = { service: (key) => byKey.get(key), rollouts: {}, regions };
  const callers = callersOf(applications);
  return [
    ...unique("applications", names, "Rename or merge them"),
    ...applications.flatMap((application) => checkApplication(application, regions, scope, callers)),
    ...unique(
      "services",
      services.map(({ namespace, name }) => `${namespace}/${name}`),
      "Rename one of them: objects and workloads of the two would be the same",
    ),
    ...unique(
      "globalHost",
      services.map(serviceHost),
      "Give each service a host of its own: of two entries for a host Istio takes the older",
    ),
    ...conflictingNamespaces(applications),
    ...oneMeshMode(applications),
    ...checkEdge(applications, regions),
    ...unique(
      "bindings",
      bindings.map(({ name }) => name),
      "Rename or merge them",
    ),
    ...bindings.flatMap(checkBinding),
  ];
}

function checkApplication(
  application: Application,
  regions: readonly string[],
  scope: RouteScope,
  callers: Callers,
): readonly Fault[] {
  const setting = `applications.${application.name}`;
  return [
    ...checkName(`${setting}.name`, application.name),
    ...application.namespaces.flatMap(({ name }) => checkNamespace(`${setting}.namespaces`, name)),
    ...application.services.flatMap((service) => {
      const place = `${setting}.services.${service.name}`;
      return [...checkService(place, service, regions, scope), ...checkSecurity(place, service, callers)];
    }),
    ...checkCallerNames(`${setting}.otherCallers`, application.otherCallers ?? []),
    ...checkEntryLabels(setting, application),
    ...missingNamespaces(setting, application),
  ];
}

function checkNamespace(setting: string, name: string): readonly Fault[] {
  if (name !== ROOT_NAMESPACE) return checkName(setting, name);
  return [
    {
      setting,
      value: name,
      allowed: "namespaces of the application's own",
      fix: "Take it out: the mesh itself makes it",
    },
  ];
}

/** Objects go where the application is bound; a namespace of another application may not be there. */
function missingNamespaces(setting: string, application: Application): readonly Fault[] {
  const own = [ROOT_NAMESPACE, ...application.namespaces.map(({ name }) => name)];
  const used = [
    ...application.services.map(({ name, namespace }) => [`services.${name}`, namespace] as const),
    ...application.raw.map(({ metadata }) => [`raw.${metadata.name}`, metadata.namespace] as const),
  ];
  return used
    .filter(([, namespace]) => !own.includes(namespace))
    .map(([place, namespace]) => ({
      setting: `${setting}.${place}.namespace`,
      value: namespace,
      allowed: `a namespace that the application brings along: ${own.join(", ")}`,
      fix: "Add it to the application's namespaces",
    }));
}

function conflictingNamespaces(applications: readonly Application[]): readonly Fault[] {
  const all = applications.flatMap(({ namespaces }) => namespaces);
  const say = ({ injection = true, mtls, defaultDeny = false }: NamespaceArgs): string =>
    JSON.stringify({ injection, mtls, defaultDeny });
  return duplicates(all.map(({ name }) => name))
    .map((name) => all.filter((namespace) => namespace.name === name))
    .filter((said) => new Set(said.map(say)).size > 1)
    .map((said) => ({
      setting: "namespaces",
      value: said,
      allowed: "the same for a namespace wherever it is named",
      fix: "Make the applications agree",
    }));
}

function oneMeshMode(applications: readonly Application[]): readonly Fault[] {
  const saying = applications.filter(({ meshMtls }) => meshMtls !== undefined).map(({ name }) => name);
  if (saying.length <= 1) return [];
  return [
    {
      setting: "meshMtls",
      value: saying,
      allowed: "one application that speaks for the whole mesh",
      fix: "Keep it in one of them",
    },
  ];
}

function unique(setting: string, names: readonly string[], fix: string): readonly Fault[] {
  return duplicates(names).map((name) => ({ setting, value: name, allowed: "each only once", fix }));
}
