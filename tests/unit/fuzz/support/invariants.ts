import assert from "node:assert/strict";
import {
  authorizedRanges,
  azureNames,
  logWorkspace,
  maintenanceWindows,
  managedCluster,
  networkSpec,
  publicAddress,
  userPool,
} from "../../../../azure";
import { catalog } from "../../../../catalog";
import { planMesh } from "../../../../components/mesh/plan";
import type { RegionPlan } from "../../../../components/plan";
import { compileRegion } from "../../../../istio/region";
import { lifetimes, subject } from "../../../../components/trust/certificates";
import type { CommonSettings, RegionSettings, Settings } from "../../../../config/settings";
import { objectKey, type IstioObject } from "../../../../istio/model";
import { addressDemand, Cidr, linksOf, peersOf, subnetPlan, upWaves } from "../../../../topology";
import type { CrdSchemas } from "../../istio/support/crds";

/** Not by planRegion, which warns of each region that no binding selects. */
type Planned = Pick<RegionPlan, "mesh" | "policy">;

/** What Kubernetes and Azure take as names. */
const DNS_LABEL = /^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/;
const AZURE_NAME = /^[A-Za-z0-9]([\w.-]{0,78}\w)?$/;
const WORKSPACE = /^[A-Za-z0-9][A-Za-z0-9-]{2,61}[A-Za-z0-9]$/;

/** RFC 5280, appendix A: ub-common-name and ub-organization-name. */
const LONGEST_SUBJECT = 64;

/** AKS takes so many in authorizedIPRanges. */
const MOST_RANGES = 200;

/** Plans whatever the settings ask for, as the program does before it registers anything, and looks it over. */
export function planAndCheck(settings: Settings, schemas: CrdSchemas): void {
  checkMesh(settings);
  if (settings.role === "global") return;
  const plan = { mesh: planMesh(settings), policy: compileRegion(settings, catalog) };
  checkIstio(settings, plan, schemas);
  checkCharts(plan);
  if (settings.platform === "aks") checkAzure(settings);
}

function checkMesh({ mesh, meshId, trust }: CommonSettings): void {
  const staying = mesh.regions.filter(({ leaving }) => !leaving);
  assert.ok(staying.length > 0);
  assert.equal(linksOf(mesh).length, staying.length * (staying.length - 1));
  assert.equal(mesh.regions.filter(({ primary }) => primary).length, 1);
  assert.deepEqual(
    upWaves(mesh)[1]?.stacks,
    mesh.regions.map(({ name }) => name),
  );
  const ranges = mesh.regions.map(({ cidr }) => Cidr.parse(cidr));
  ranges.forEach((range, index) => {
    for (const other of ranges.slice(0, index))
      assert.ok(!range.overlaps(other), `${range.toString()} overlaps`);
  });
  const lives = lifetimes(trust);
  assert.ok(lives.renewBeforeHours < lives.intermediateHours && lives.intermediateHours < lives.rootHours);
  assert.ok(trust.roots.includes(trust.signingRoot));
  for (const name of [
    ...trust.roots.map((id) => `root ${id}`),
    ...mesh.regions.map(({ name }) => `intermediate ${name}`),
  ]) {
    const { commonName, organization } = subject(name, meshId);
    assert.ok(commonName.length <= LONGEST_SUBJECT, `common name ${commonName}`);
    assert.ok(organization.length <= LONGEST_SUBJECT, `organization ${organization}`);
  }
}

function checkIstio(settings: RegionSettings, { policy }: Planned, schemas: CrdSchemas): void {
  const keys = policy.objects.map(objectKey);
  assert.equal(new Set(keys).size, keys.length);
  const namespaces = new Set(["istio-system", ...policy.namespaces.map(({ name }) => name)]);
  for (const made of policy.objects) {
    assert.deepEqual(schemas.faults(made), [], objectKey(made));
    assert.match(made.metadata.name, DNS_LABEL);
    assert.ok(namespaces.has(made.metadata.namespace), made.metadata.namespace);
    checkWeights(made, settings);
  }
}

interface Weighted {
  readonly http?: readonly { readonly route?: readonly { readonly weight?: number }[] }[];
  readonly trafficPolicy?: {
    readonly loadBalancer?: {
      readonly localityLbSetting?: {
        readonly distribute?: readonly {
          readonly from: string;
          readonly to: Readonly<Record<string, number>>;
        }[];
      };
    };
  };
}

function checkWeights(made: IstioObject, { mesh }: RegionSettings): void {
  const spec = made.spec as Weighted;
  for (const { route = [] } of spec.http ?? []) {
    const weights = route.map(({ weight = 100 }) => weight);
    assert.equal(sum(weights), 100, objectKey(made));
  }
  const table = spec.trafficPolicy?.loadBalancer?.localityLbSetting?.distribute;
  if (table === undefined) return;
  const regions = mesh.regions.map(({ name }) => name).toSorted();
  assert.deepEqual(table.map(({ from }) => from.split("/")[0]).toSorted(), regions);
  for (const { to } of table) {
    assert.equal(sum(Object.values(to)), 100, objectKey(made));
    assert.deepEqual(
      Object.keys(to)
        .map((locality) => locality.split("/")[0])
        .toSorted(),
      regions,
    );
  }
}

function checkCharts({ mesh }: Planned): void {
  const values = mesh.valuesFor({ gateway: { name: "gateway", resourceGroup: "group" } });
  // Null would take a value away in Helm too; the layers have been laid over each other, so none is left. A list is
  // taken as the user wrote it.
  const merged = JSON.stringify(values, (_key, value: unknown) => (Array.isArray(value) ? [] : value));
  assert.doesNotMatch(merged, /:null[,}]/);
  assert.ok(
    mesh.charts.base.chart !== "" && mesh.charts.istiod.chart !== "" && mesh.charts.gateway.chart !== "",
  );
  assert.match(`istiod-${mesh.revision}`, /^[a-z0-9-]{1,53}$/);
}

function checkAzure(settings: RegionSettings): void {
  const { region, location, networkPlugin, pools } = settings;
  assert.ok(networkPlugin !== "overlay");
  const names = azureNames("global-mesh", region.name);
  for (const name of Object.values(names) as string[]) assert.match(name, AZURE_NAME);
  assert.match(names.cluster, DNS_LABEL);
  assert.ok(names.cluster.length <= 54, names.cluster);
  assert.match(names.workspace, WORKSPACE);
  assert.match(settings.dnsLabel, /^[a-z][a-z0-9-]{1,61}[a-z0-9]$/);

  const whole = Cidr.parse(region.cidr);
  const subnets = subnetPlan(region.cidr, networkPlugin);
  const demand = addressDemand([pools.system, pools.user], networkPlugin);
  const nodes = Cidr.parse(subnets.nodes);
  assert.ok(whole.contains(nodes));
  assert.ok(nodes.size >= demand.nodes, `${nodes.toString()} for ${demand.nodes} addresses`);
  if (subnets.pods !== undefined) {
    const pods = Cidr.parse(subnets.pods);
    assert.ok(whole.contains(pods) && !pods.overlaps(nodes) && pods.size >= (demand.pods ?? 0));
  }

  const tags = { ...settings.tags, "part-of": "global-mesh", region: region.name };
  const tagNames = Object.keys(tags).map((name) => name.toLowerCase());
  assert.equal(new Set(tagNames).size, tagNames.length, "Azure does not tell tags apart by case");
  assert.ok(tagNames.length <= 50);
  const common = { names, location, tags, zones: region.zones };
  assert.equal(new Set(region.zones).size, region.zones.length, "a zone stands twice");
  const cluster = managedCluster({ ...common, settings });
  const services = Cidr.parse(cluster.networkProfile.serviceCidr);
  assert.ok(services.contains(Cidr.parse(`${cluster.networkProfile.dnsServiceIP}/32`)));
  assert.ok(!services.overlaps(whole));
  const user = userPool({ ...common, settings });
  for (const pool of [user, ...cluster.agentPoolProfiles]) {
    assert.ok(pool.minCount >= 1 && pool.minCount <= pool.maxCount && pool.maxCount <= 1000);
  }
  for (const { maintenanceWindow } of maintenanceWindows(settings.maintenance)) {
    assert.ok(maintenanceWindow.durationHours >= 4 && maintenanceWindow.durationHours <= 24);
  }
  const peers = peersOf(settings.mesh, region.name);
  const peerRanges = peers.map(({ cidr }) => cidr);
  const network = networkSpec({ ...common, cidr: region.cidr, subnets, peerRanges });
  const priorities = network.securityGroup.securityRules.map(({ priority }) => priority);
  assert.equal(new Set(priorities).size, priorities.length);
  const address = { ...common, name: names.gatewayAddress, dnsLabel: settings.dnsLabel };
  assert.ok(publicAddress(address).dnsSettings !== undefined);
  assert.ok(logWorkspace(names, location, tags, settings.monitoring.logRetentionDays).retentionInDays >= 30);
  const peerEgress = peers.map((_, index) => `192.0.2.${index}`);
  const access = { setting: settings.apiAccess, ownEgress: ["192.0.2.255"], peerEgress };
  assert.ok(authorizedRanges(access).length <= MOST_RANGES, "more authorized ranges than AKS takes");
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}
