import { catalog } from "./catalog";
import * as mesh from "./components";
import { loadSettings } from "./config/load";

/** The program of every stack: the stack `global` holds trust, every other one is a region. */
async function program(): Promise<Record<string, unknown>> {
  const knownApplications = catalog.applications.map(({ name }) => name);
  const { settings, kubeconfig } = loadSettings({ knownApplications, folder: __dirname });
  if (settings.role === "global") {
    const args = { ...settings, regions: settings.mesh.regions.map(({ name }) => name) };
    return mesh.globalOutputs(new mesh.GlobalTrust("trust", args), mesh.linkerdTrust(args));
  }
  if (settings.meshKind === "linkerd") return mesh.linkerdRegion(settings, catalog, kubeconfig);

  // What settings and catalog say is worked out first, so that a fault in them leaves nothing half made.
  const plan = mesh.planRegion(settings, catalog);

  // Other stacks are read before anything is made: what they say decides which resources exist.
  const { region } = settings;
  const [trust, peers, controlPlane] = await Promise.all([
    mesh.readTrust(region.name),
    mesh.readPeers(settings.mesh, region.name),
    mesh.readControlPlane(settings.mesh, region.name),
  ]);
  const linked = peers.filter((peer) => peer.state === "linked");
  const site = await mesh.regionCluster({ ...settings, namespaces: plan.namespaces }, linked, kubeconfig);
  const { cluster, providers, eastWest, routed, heldPeerings } = site;
  const after = (...dependsOn: readonly mesh.Resource[]) => ({ providers, dependsOn: [...dependsOn] });

  const namespace = mesh.systemNamespace(settings, cluster);
  const common = { ...settings, cluster, namespace: namespace.metadata.name, clusterName: region.cluster };
  const cacerts = mesh.regionTrust(region, { ...common, ...trust }, after(namespace));
  const generations = { generation: settings.readerGeneration, kept: settings.keptReaderGeneration };
  const credentials = { ...common, endpoint: cluster.endpoint, generations };
  const reader = mesh.regionReader(settings, credentials, after(namespace));
  const installed = mesh.regionMesh(
    { ...common, plan, eastWest, controlPlane },
    after(...cluster.foundations, ...cacerts),
  );
  new mesh.Links("links", { linked, routed, heldPeerings, network: cluster.network }, after(installed));
  const { kialiCredential } = mesh.observe(
    { ...common, linked, generations, plan: plan.observability },
    after(installed),
  );
  const policy = new mesh.MeshPolicy("policy", plan.policy, after(installed));

  return mesh.regionOutputs({
    ...settings,
    ...trust,
    cluster,
    peers,
    heldPeerings,
    controlPlane,
    gateways: plan.gateways,
    credential: reader?.credential,
    kialiCredential,
    appliedPolicies: policy.applied,
    policyMatrix: plan.policy.matrix,
  });
}

export = () => mesh.forUser(program);
