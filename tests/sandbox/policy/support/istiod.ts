import { join } from "node:path";
import { KubeError, type KubeClient, type KubeObject } from "../../../../sandbox/kube";
import {
  eventually,
  makeNamespace,
  required,
  startCluster,
  type TestCluster,
} from "../../node/support/cluster";

const SYSTEM = "istio-system";

/** A control plane with the charts' CRDs, a real istiod, and its validating webhooks closed. */
export async function startWithIstiod(): Promise<TestCluster> {
  const pilotDiscovery = join(required("SANDBOX_TEST_TOOLS", "pilot-discovery"), "pilot-discovery");
  const cluster = await startCluster({ executables: { pilotDiscovery } });
  try {
    await makeNamespace(cluster.kube, SYSTEM);
    const istiod = `https://localhost:${cluster.addresses.istiod.https}`;
    await upgrade(cluster, "istio-base", "base", { "base.validationURL": `${istiod}/validate` });
    await upgrade(cluster, "istiod", "istiod", {
      "base.validationURL": `${istiod}/validate`,
      "istiodRemote.injectionURL": `${istiod}/inject`,
      "pilot.env": { ISTIOD_CUSTOM_HOST: "localhost" },
    });
    await closed(cluster.kube);
    return cluster;
  } catch (error) {
    await cluster.stop();
    throw error;
  }
}

async function upgrade(
  cluster: TestCluster,
  release: string,
  chart: string,
  values: Readonly<Record<string, unknown>>,
): Promise<void> {
  await cluster.helm(
    ...["upgrade", "--install", release, join(required("SANDBOX_TEST_CHARTS", chart), chart)],
    ...["-n", SYSTEM, "--wait", "--timeout", "180s"],
    ...Object.entries(values).flatMap(([key, value]) => ["--set-json", `${key}=${JSON.stringify(value)}`]),
  );
}

/** Until istiod has closed its webhooks, the API server lets pass what it would refuse. */
async function closed(kube: KubeClient): Promise<void> {
  for (const name of ["istiod-default-validator", `istio-validator-${SYSTEM}`]) {
    await eventually(`closed webhook ${name}`, 120_000, async () => {
      const found = await kube.get({
        apiVersion: "admissionregistration.k8s.io/v1",
        kind: "ValidatingWebhookConfiguration",
        name,
      });
      const webhooks = (found?.["webhooks"] ?? []) as readonly { failurePolicy: string }[];
      return webhooks.length > 0 && webhooks.every((one) => one.failurePolicy === "Fail") ? true : undefined;
    });
  }
}

/** What a server would say to an object, without keeping it; undefined where it would take it. */
export async function refusalOf(kube: KubeClient, object: object): Promise<string | undefined> {
  try {
    await kube.apply(object as KubeObject, { fieldManager: "test", dryRun: true, fieldValidation: "Strict" });
    return undefined;
  } catch (error) {
    if (error instanceof KubeError && (error.status === 400 || error.status === 422)) return error.message;
    throw error;
  }
}

/** What a server would refuse of many objects, so many at once. */
export async function refusals(
  kube: KubeClient,
  objects: readonly { readonly from: string; readonly object: object }[],
  atOnce = 16,
): Promise<readonly string[]> {
  const rest = objects.values();
  const found: string[] = [];
  const work = async (): Promise<void> => {
    for (const { from, object } of rest) {
      const said = await refusalOf(kube, object);
      if (said !== undefined) found.push(`${from}: ${said.replace(/^.*?: \d+: /, "")}`);
    }
  };
  await Promise.all(Array.from({ length: atOnce }, work));
  return found;
}

/** Makes the namespaces that objects stand in, but for those that are there. */
export async function makeNamespaces(kube: KubeClient, names: Iterable<string>): Promise<void> {
  for (const name of new Set(names)) {
    const namespace = { apiVersion: "v1", kind: "Namespace", metadata: { name } };
    if ((await kube.get({ ...namespace, name })) === undefined) await kube.create(namespace);
  }
}
