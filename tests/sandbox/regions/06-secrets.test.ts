import assert from "node:assert/strict";
import { readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { kube } from "../../support/kube";
import { pulumi } from "../../support/pulumi";
import { findLeaks, type KnownSecret } from "../../support/secrets";
import { sharedStanding } from "../../support/standing";

const REGIONS = ["eastus", "westeurope", "southeastasia"];

interface Secrets {
  readonly items: readonly {
    readonly metadata: { readonly name: string; readonly namespace: string };
    readonly data?: Readonly<Record<string, string>>;
  }[];
}

interface StackExport {
  readonly deployment: { readonly resources: readonly { readonly urn: string; readonly outputs?: object }[] };
}

describe("no secret in plain text", () => {
  const { context } = sharedStanding();
  let known: KnownSecret[];

  before("collect every token and private key that exists", async () => {
    known = [
      { name: "operator token", value: readFileSync(context.home.operatorTokenFile, "utf8") },
      { name: "admin token", value: readFileSync(context.home.adminTokenFile, "utf8") },
      { name: "passphrase", value: readFileSync(context.home.passphraseFile, "utf8") },
    ];
    for (const region of REGIONS) {
      const secrets = await kube(context, region).json<Secrets>(["get", "secrets", "-A"]);
      for (const { metadata, data } of secrets.items) {
        for (const [key, encoded] of Object.entries(data ?? {})) {
          const value = Buffer.from(encoded, "base64").toString();
          if (isSecret(value))
            known.push({ name: `${region}/${metadata.namespace}/${metadata.name}:${key}`, value });
        }
      }
    }
    for (const stack of ["global", ...REGIONS]) {
      const exported = await pulumi(context, stack, ["stack", "export", "--show-secrets"]);
      assert.equal(exported.code, 0, exported.stderr);
      for (const { urn, outputs } of (JSON.parse(exported.stdout) as StackExport).deployment.resources) {
        for (const [index, value] of strings(outputs).filter(isSecret).entries()) {
          known.push({ name: `${stack} state ${urn.split("::").at(-1) ?? ""} #${index}`, value });
        }
      }
    }
  });

  it("knows the kinds of secrets that there are", () => {
    for (const kind of [/cacerts:ca-key/, /remote-secret/, /reader/, /global state .*root/, /operator/]) {
      assert.ok(
        known.some((secret) => kind.test(secret.name)),
        `${String(kind)} in ${known.map((secret) => secret.name).join(", ")}`,
      );
    }
  });

  it("stands in any file of the sandbox but those that are for secrets", () => {
    const { root } = context.home;
    assert.deepEqual(
      findLeaks([root], known, (file) => THEIR_PLACE.test(path.relative(root, file))),
      [],
    );
  });

  it("stands in no event log: none is kept, since the SDK fills its debug events with secrets", async () => {
    // While an update runs, the Automation API has its log in the temporary folder of the sandbox.
    await context.workspace.up("eastus");
    assert.deepEqual(
      readdirSync(context.home.tmp).filter((name) => name.startsWith("automation-logs")),
      [],
    );
  });

  for (const kind of [/cacerts:ca-key/, /remote-secret/, /reader/, /operator/]) {
    it(`would be found: a planted leak of ${String(kind)} in each form and place`, () => {
      const secret = known.find(({ name }) => kind.test(name));
      assert.ok(secret);
      const plants: Record<string, string> = {
        raw: secret.value,
        "JSON-escaped": JSON.stringify({ text: JSON.stringify({ key: `a "quoted" ${secret.value}` }) }),
        base64: Buffer.from(`x${secret.value}`).toString("base64"),
      };
      const { home } = context;
      for (const folder of [home.backend, home.logs, home.project, home.root]) {
        for (const [form, text] of Object.entries(plants)) {
          const file = path.join(folder, "planted.txt");
          writeFileSync(file, text);
          try {
            const found = findLeaks([home.root], [secret], (name) =>
              THEIR_PLACE.test(path.relative(home.root, name)),
            );
            assert.ok(
              found.some((leak) => leak.file === file),
              `${form} in ${folder}`,
            );
          } finally {
            rmSync(file);
          }
        }
      }
    });
  }
});

/**
 * Where secrets belong: the sandbox's own credentials, keys and data of running servers, what is mounted into
 * running pods. All of it is private to the user and goes with the sandbox.
 */
const THEIR_PLACE = /^(passphrase|admin-token|operator-token|clusters\/[^/]+\/(pki|etcd|pods)\/.*)$/;

/** A private key, a token or a kubeconfig with one; certificates and names are public. */
function isSecret(value: string): boolean {
  return (
    /PRIVATE KEY-----/.test(value) || /^ey[\w-]+\.[\w-]+\.[\w-]+$/.test(value) || /^\s*token: /m.test(value)
  );
}

function strings(value: unknown): string[] {
  if (typeof value === "string") return [value];
  if (typeof value === "object" && value !== null) return Object.values(value).flatMap(strings);
  return [];
}
