import assert from "node:assert/strict";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import type { KubeError } from "../../../sandbox/kube";
import { KubeClient, UnreachableError, isNotFound, isUnknownKind } from "../../../sandbox/kube";

interface Seen {
  readonly method: string;
  readonly url: string;
  readonly headers: IncomingMessage["headers"];
  readonly body: string;
}

const RESOURCES = {
  resources: [
    { name: "configmaps", kind: "ConfigMap", namespaced: true, verbs: ["get"] },
    { name: "namespaces", kind: "Namespace", namespaced: false, verbs: ["get"] },
    { name: "namespaces/status", kind: "Namespace", namespaced: false, verbs: ["get"] },
  ],
};

describe("the Kubernetes client", () => {
  let server: Server;
  let seen: Seen[];
  let answer: (seen: Seen, response: ServerResponse) => void;
  let kube: KubeClient;

  beforeEach(async () => {
    seen = [];
    answer = (_, response) => response.end("{}");
    server = createServer((request, response) => {
      let body = "";
      request.setEncoding("utf8");
      request.on("data", (chunk: string) => (body += chunk));
      request.on("end", () => {
        const { method = "", url = "", headers } = request;
        const one = { method, url, headers, body };
        if (url === "/api/v1") return response.end(JSON.stringify(RESOURCES));
        seen.push(one);
        answer(one, response);
        return undefined;
      });
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    kube = KubeClient.direct({ server: address(), caData: "", token: "the-token" });
  });

  afterEach(() => {
    kube.close();
    server.closeAllConnections();
    server.close();
  });

  function address(): string {
    return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  }

  function status(code: number, body: unknown): void {
    answer = (_, response) => {
      response.statusCode = code;
      response.end(typeof body === "string" ? body : JSON.stringify(body));
    };
  }

  const configMap = { apiVersion: "v1", kind: "ConfigMap", metadata: { name: "a", namespace: "n" } };
  const ref = { apiVersion: "v1", kind: "ConfigMap", namespace: "n", name: "a" };

  it("keeps every field of an object", async () => {
    const object = { ...configMap, unheardOf: { deep: [1, { of: null }] } };
    status(200, object);
    assert.deepEqual(await kube.get(ref), object);
    const { url, headers } = seen[0] ?? assert.fail("no request came");
    assert.equal(url, "/api/v1/namespaces/n/configmaps/a");
    assert.equal(headers.authorization, "Bearer the-token");
  });

  it("applies on the server's side", async () => {
    await kube.apply(configMap, { fieldManager: "me", force: true, dryRun: true });
    const { method, url, headers, body } = seen[0] ?? assert.fail("no request came");
    assert.equal(method, "PATCH");
    assert.equal(url, "/api/v1/namespaces/n/configmaps/a?fieldManager=me&force=true&dryRun=All");
    assert.equal(headers["content-type"], "application/apply-patch+yaml");
    assert.deepEqual(JSON.parse(body), configMap);
  });

  it("deletes with a body of known length, and takes an absent object for deleted", async () => {
    status(404, { kind: "Status", reason: "NotFound", message: "not found" });
    await kube.delete(ref, { propagationPolicy: "Foreground", uid: "1" });
    const { headers, body } = seen[0] ?? assert.fail("no request came");
    assert.equal(headers["content-length"], String(body.length));
    assert.equal(headers["transfer-encoding"], undefined);
    assert.deepEqual((JSON.parse(body) as { preconditions: unknown }).preconditions, { uid: "1" });
  });

  it("says the server's reason and message", async () => {
    status(409, { kind: "Status", reason: "AlreadyExists", message: 'configmaps "a" already exists' });
    await assert.rejects(kube.create(configMap), (error: KubeError) => {
      assert.deepEqual([error.status, error.reason], [409, "AlreadyExists"]);
      assert.equal(error.message, 'POST /api/v1/namespaces/n/configmaps: 409: configmaps "a" already exists');
      return true;
    });
  });

  it("reads an error that is no JSON", async () => {
    status(503, "no backend\n");
    await assert.rejects(kube.get(ref), /503: no backend$/);
  });

  it("knows a missing kind from a missing object", async () => {
    status(404, { kind: "Status", reason: "NotFound", message: "gone" });
    assert.equal(await kube.get(ref), undefined);
    assert.equal(await kube.get({ apiVersion: "example.com/v1", kind: "Widget", name: "w" }), undefined);
    await assert.rejects(kube.resource("v1", "Widget"), (error) => isUnknownKind(error) && isNotFound(error));
    await assert.rejects(kube.request({ method: "GET", path: "/x" }), (error) => !isUnknownKind(error));
  });

  it("asks for a namespace where the kind has one, and has no path for a subresource", async () => {
    await assert.rejects(kube.get({ ...ref, namespace: undefined }), /ConfigMap a needs a namespace/);
    const namespaces = await kube.resource("v1", "Namespace");
    assert.equal(namespaces.path("ignored", "a b"), "/api/v1/namespaces/a%20b");
  });

  it("gives the items of a list their kind", async () => {
    status(200, {
      apiVersion: "v1",
      kind: "ConfigMapList",
      metadata: {},
      items: [{ metadata: { name: "a" } }],
    });
    const items = await kube.list({ apiVersion: "v1", kind: "ConfigMap", labelSelector: "a=b" });
    assert.deepEqual(items, [{ apiVersion: "v1", kind: "ConfigMap", metadata: { name: "a" } }]);
    assert.equal(seen[0]?.url, "/api/v1/configmaps?labelSelector=a%3Db");
  });

  it("comes back when it is throttled", async () => {
    answer = (_, response) => {
      if (seen.length === 1) {
        response.statusCode = 429;
        response.setHeader("retry-after", "0");
      }
      response.end("{}");
    };
    await kube.get(ref);
    assert.equal(seen.length, 2);
  });

  it("names a server that does not answer, in time or at all", async () => {
    answer = () => undefined;
    const slow = kube.request({ method: "GET", path: "/slow", timeoutMs: 50 });
    await assert.rejects(slow, (error) => error instanceof UnreachableError && error.code === "ETIMEDOUT");
    const nobody = KubeClient.direct({ server: "http://127.0.0.1:1", caData: "", token: "t" });
    await assert.rejects(
      nobody.request({ method: "GET", path: "/" }),
      (error) =>
        error instanceof UnreachableError &&
        error.code === "ECONNREFUSED" &&
        /127\.0\.0\.1:1 /.test(error.message),
    );
  });

  it("stops when it is told to, with the reason given", async () => {
    answer = () => undefined;
    const stop = new AbortController();
    const waiting = kube.request({ method: "GET", path: "/slow", signal: stop.signal });
    setTimeout(() => stop.abort(new Error("told to stop")), 30);
    await assert.rejects(waiting, /told to stop/);
  });

  it("follows a collection over closed and expired watches", async () => {
    const event = (type: string, version: string): string =>
      `${JSON.stringify({ type, object: { metadata: { name: type, resourceVersion: version } } })}\n`;
    let lists = 0;
    answer = ({ url }, response) => {
      if (!url.includes("watch=true")) {
        lists++;
        const items = [{ metadata: { name: "a" } }];
        response.end(
          JSON.stringify({
            apiVersion: "v1",
            kind: "ConfigMapList",
            metadata: { resourceVersion: "5" },
            items,
          }),
        );
      } else if (url.includes("resourceVersion=5") && lists === 1) {
        // One event in two pieces, and a bookmark that is not passed on; then the server closes.
        const text = event("ADDED", "6") + event("BOOKMARK", "8");
        response.write(text.slice(0, 20));
        setTimeout(() => response.end(text.slice(20)), 20);
      } else if (url.includes("resourceVersion=8")) {
        response.end(event("ERROR", ""));
      }
      // The last watch stays open.
    };
    const stop = new AbortController();
    const events: string[] = [];
    const following = kube.follow("/api/v1/configmaps", {
      signal: stop.signal,
      onSync: (items) => void events.push(`sync ${items.length}`),
      onEvent: ({ type, object }) => void events.push(`${type} ${object.metadata.name}`),
    });
    for (const end = Date.now() + 60_000; events.length < 3 && Date.now() < end;) await sleep(10);
    // Nothing comes after these.
    await sleep(50);
    stop.abort();
    await following;
    assert.deepEqual(events, ["sync 1", "ADDED ADDED", "sync 1"]);
  });
});

describe("a kubeconfig for the client", () => {
  const config = (user: object): string =>
    JSON.stringify({
      "current-context": "c",
      clusters: [{ name: "c", cluster: { server: "https://127.0.0.1:1" } }],
      users: [{ name: "u", user }],
      contexts: [{ name: "c", context: { cluster: "c", user: "u", namespace: "team" } }],
    });

  it("gives server and namespace", () => {
    const kube = KubeClient.fromKubeconfig(config({ token: "t" }));
    assert.deepEqual([kube.server, kube.defaultNamespace], ["https://127.0.0.1:1", "team"]);
  });

  it("is refused where it cannot work", () => {
    assert.throws(() => KubeClient.fromKubeconfig("{"), /cannot be parsed/);
    assert.throws(() => KubeClient.fromKubeconfig(config({}), { context: "d" }), /no context "d"; it has: c/);
    const provider = { "auth-provider": { name: "azure", config: {} } };
    assert.throws(
      () => KubeClient.fromKubeconfig(config(provider)),
      /auth-provider, which Kubernetes removed/,
    );
  });
});
