import assert from "node:assert/strict";
import { containerEnvironment } from "../../../sandbox/node/environment";
import { PodObjects, references } from "../../../sandbox/node/objects";
import { relocate } from "../../../sandbox/node/pod-folder";
import type { EnvVar, Volume } from "../../../sandbox/node/types";
import { tokenWishes, volumeFiles } from "../../../sandbox/node/volumes";
import { containerOf, podOf } from "./support";

const placement = { podIP: "10.1.3.1", hostIP: "10.1.2.1", allocatable: { cpu: "16", memory: "64Gi" } };
const objects = new PodObjects();
objects.set(
  { kind: "Secret", name: "keys" },
  new Map([
    ["a", Buffer.from("1")],
    ["b", Buffer.from("2")],
  ]),
);
objects.set({ kind: "ConfigMap", name: "settings" }, new Map([["color", Buffer.from("red")]]));
const pod = podOf({}, { labels: { app: "cart" }, annotations: { note: 'say "hi"' } });
const sources = { pod, placement, objects, token: ({ path }: { path: string }) => `token of ${path}` };
const files = (volume: Volume) =>
  Object.fromEntries(
    [...(volumeFiles(volume, sources) ?? [])].map(([path, contents]) => [path, contents.toString()]),
  );

describe("volumeFiles", () => {
  it("takes all keys of a Secret, or the chosen ones", () => {
    assert.deepEqual(files({ name: "v", secret: { secretName: "keys" } }), { a: "1", b: "2" });
    const items = [{ key: "a", path: "x/y" }];
    assert.deepEqual(files({ name: "v", secret: { secretName: "keys", items } }), { "x/y": "1" });
  });

  it("projects several sources into one volume", () => {
    const volume: Volume = {
      name: "v",
      projected: {
        sources: [
          { secret: { name: "keys", items: [{ key: "b", path: "b" }] } },
          { configMap: { name: "settings" } },
          {
            downwardAPI: {
              items: [{ path: "note", fieldRef: { fieldPath: "metadata.annotations['note']" } }],
            },
          },
          { serviceAccountToken: { path: "token", audience: "istio-ca", expirationSeconds: 43_200 } },
          { clusterTrustBundle: { path: "roots", optional: true } },
        ],
      },
    };
    assert.deepEqual(files(volume), { b: "2", color: "red", note: 'say "hi"', token: "token of token" });
    assert.deepEqual(tokenWishes(volume), [
      { volume: "v", path: "token", audience: "istio-ca", expirationSeconds: 43_200 },
    ]);
  });

  it("is nothing for what is optional and absent, and a folder of the pod for emptyDir", () => {
    assert.deepEqual(files({ name: "v", secret: { secretName: "none", optional: true } }), {});
    assert.deepEqual(
      files({ name: "v", configMap: { name: "settings", optional: true, items: [{ key: "x", path: "x" }] } }),
      {},
    );
    assert.equal(volumeFiles({ name: "v", emptyDir: {} }, sources), undefined);
  });

  const faults: [Volume, string][] = [
    [{ name: "v", secret: { secretName: "none" } }, 'secret "none" not found'],
    [{ name: "v", configMap: { name: "none" } }, 'configmap "none" not found'],
    [
      { name: "v", secret: { secretName: "keys", items: [{ key: "c", path: "c" }] } },
      'secret "keys" has no key "c"',
    ],
    [
      { name: "v", hostPath: { path: "/" } },
      "volumes of type hostPath are not known to the sandbox's node agent",
    ],
  ];
  for (const [volume, words] of faults)
    it(`holds the pod: ${words}`, () =>
      assert.throws(() => files(volume), {
        reason: "FailedMount",
        message: `MountVolume.SetUp failed for volume "v" : ${words}`,
      }));
});

describe("containerEnvironment", () => {
  const value = (variable: Omit<EnvVar, "name">, resources = {}) =>
    containerEnvironment({
      pod,
      container: containerOf({ env: [{ name: "X", ...variable }], resources }),
      placement,
      objects,
    })["X"];

  const table: [string, Omit<EnvVar, "name">, string | undefined][] = [
    ["a value", { value: "plain" }, "plain"],
    ["a field", { valueFrom: { fieldRef: { fieldPath: "metadata.namespace" } } }, "shop"],
    ["a label", { valueFrom: { fieldRef: { fieldPath: "metadata.labels['app']" } } }, "cart"],
    ["the host's address", { valueFrom: { fieldRef: { fieldPath: "status.hostIP" } } }, "10.1.2.1"],
    ["a Secret's key", { valueFrom: { secretKeyRef: { name: "keys", key: "a" } } }, "1"],
    ["a ConfigMap's key", { valueFrom: { configMapKeyRef: { name: "settings", key: "color" } } }, "red"],
    [
      "an absent optional key",
      { valueFrom: { secretKeyRef: { name: "keys", key: "z", optional: true } } },
      undefined,
    ],
    ["a limit that is not set", { valueFrom: { resourceFieldRef: { resource: "limits.cpu" } } }, "16"],
  ];
  for (const [what, variable, expected] of table)
    it(`resolves ${what}`, () => assert.equal(value(variable), expected));

  it("rounds a limit up to the divisor", () => {
    const from = { valueFrom: { resourceFieldRef: { resource: "limits.cpu", divisor: "1" } } };
    assert.equal(value(from, { limits: { cpu: "1500m" } }), "2");
  });

  it("holds the container for an absent object or key", () => {
    assert.throws(() => value({ valueFrom: { secretKeyRef: { name: "none", key: "a" } } }), {
      reason: "CreateContainerConfigError",
      message: 'secret "none" not found',
    });
    assert.throws(() => value({ valueFrom: { configMapKeyRef: { name: "settings", key: "z" } } }), {
      message: "couldn't find key z in ConfigMap shop/settings",
    });
  });

  it("lets env overrule envFrom, and later variables use earlier ones", () => {
    const container = containerOf({
      envFrom: [
        { prefix: "K_", secretRef: { name: "keys" } },
        { configMapRef: { name: "none", optional: true } },
      ],
      env: [
        { name: "K_a", value: "own" },
        { name: "SUM", value: "$(K_a)+$(K_b)" },
      ],
    });
    assert.deepEqual(containerEnvironment({ pod, container, placement, objects }), {
      K_a: "own",
      K_b: "2",
      SUM: "own+2",
    });
  });
});

describe("references", () => {
  it("names every object once", () => {
    const container = containerOf({
      env: [{ name: "X", valueFrom: { secretKeyRef: { name: "keys", key: "a" } } }],
      envFrom: [{ configMapRef: { name: "settings" } }],
    });
    const volumes: Volume[] = [
      { name: "v", secret: { secretName: "keys" } },
      { name: "w", projected: { sources: [{ configMap: { name: "root" } }] } },
    ];
    assert.deepEqual(references([container], volumes), [
      { kind: "Secret", name: "keys" },
      { kind: "ConfigMap", name: "settings" },
      { kind: "ConfigMap", name: "root" },
    ]);
  });
});

describe("relocate", () => {
  const container = containerOf({ volumeMounts: [{ name: "v", mountPath: "/etc/cacerts" }] });
  const table = {
    "/etc/cacerts": "/pod/etc/cacerts",
    "/etc/cacerts/ca.pem": "/pod/etc/cacerts/ca.pem",
    "/etc/cacerts-other": "/etc/cacerts-other",
    "/usr/bin:/bin": "/usr/bin:/bin",
    relative: "relative",
  };
  for (const [value, expected] of Object.entries(table))
    it(`${value} is ${expected}`, () => assert.equal(relocate(value, container, "/pod"), expected));
});
