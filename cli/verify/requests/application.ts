import type { Catalog } from "../../../istio/choose";
import { serviceHost } from "../../../istio/intent";

/** Name of the catalog's application that test requests go to. */
export const TEST_APPLICATION = "cross-cluster-test";

/** The application that test requests go to, and the workload that sends them. */
export interface TestApplication {
  readonly namespace: string;
  /** Label `app` of the workloads that answer. */
  readonly app: string;
  /** What is asked for. @example "http://test-app.global/" */
  readonly url: string;
  /** Header by which a request names the region that is to answer. */
  readonly header: string;
  /** Label `app` and service account of the workloads that may ask. */
  readonly client: { readonly app: string; readonly serviceAccount: string };
}

/** The test application of a catalog; undefined where it has none that requests of a region could be sent to. */
export function testApplicationOf({ applications }: Catalog): TestApplication | undefined {
  const services = applications.find(({ name }) => name === TEST_APPLICATION)?.services ?? [];
  const app = services.find(({ regionHeader }) => regionHeader !== undefined);
  const client = services.find((service) => service !== app);
  if (app?.regionHeader === undefined || client === undefined) return undefined;
  const port = app.port === 80 ? "" : `:${app.port}`;
  return {
    namespace: app.namespace,
    app: app.name,
    url: `http://${serviceHost(app)}${port}/`,
    header: app.regionHeader,
    client: { app: client.name, serviceAccount: client.serviceAccount },
  };
}
