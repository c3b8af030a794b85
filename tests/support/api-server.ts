import { createServer, type Server } from "node:https";
import type { AddressInfo } from "node:net";
import { stringify } from "yaml";
import { createAuthority, issueLeaf } from "../../sandbox/cluster/pki";

/** An API server that knows names only: what is asked of a cluster before it is joined. */
export interface FakeApiServer {
  readonly url: string;
  /** Paths that were asked for. */
  readonly asked: readonly string[];
  /** A kubeconfig of it with that user. */
  kubeconfig(user: Readonly<Record<string, unknown>>, cluster?: Readonly<Record<string, unknown>>): string;
  close(): Promise<void>;
}

/** An object's name, labels and annotations. */
interface Named {
  readonly name: string;
  readonly labels?: Readonly<Record<string, string>>;
  readonly annotations?: Readonly<Record<string, string>>;
}

/**
 * @param objects by the plural of their kind.
 * @param token the one that it takes; another is answered 401.
 */
export async function fakeApiServer(
  objects: Readonly<Record<string, readonly Named[]>>,
  token: string,
): Promise<FakeApiServer> {
  const authority = await createAuthority("fake");
  const leaf = await issueLeaf(authority, { commonName: "api", dnsNames: [], ipAddresses: ["127.0.0.1"] });
  const asked: string[] = [];
  const server: Server = createServer(
    { cert: leaf.certificate, key: leaf.privateKey },
    (request, response) => {
      asked.push(request.url ?? "");
      const known = request.headers.authorization === `Bearer ${token}`;
      const items = objects[request.url?.split("/").at(-1) ?? ""] ?? [];
      response.writeHead(known ? 200 : 401, { "content-type": "application/json" });
      response.end(JSON.stringify(known ? { items: items.map((metadata) => ({ metadata })) } : {}));
    },
  );
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const url = `https://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const caData = Buffer.from(authority.certificate).toString("base64");
  return {
    url,
    asked,
    kubeconfig: (user, cluster = {}) =>
      stringify({
        apiVersion: "v1",
        kind: "Config",
        clusters: [{ name: "c", cluster: { server: url, "certificate-authority-data": caData, ...cluster } }],
        users: [{ name: "u", user }],
        contexts: [{ name: "x", context: { cluster: "c", user: "u" } }],
        "current-context": "x",
      }),
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
