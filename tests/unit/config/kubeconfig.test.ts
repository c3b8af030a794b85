import assert from "node:assert/strict";
import { parse, stringify } from "yaml";
import { kubeconfigFault } from "../../../config/checks/kubeconfig";

type Fields = Readonly<Record<string, unknown>>;
const CA = { "certificate-authority-data": "Q0E=" };
const SECRET = "very-secret";

/** A kubeconfig of one cluster and one user, with some of it said differently. */
function config(o: { cluster?: Fields; user?: Fields; context?: Fields; top?: Fields } = {}): string {
  return stringify({
    clusters: [{ name: "c", cluster: o.cluster ?? { server: "https://192.0.2.1:6443", ...CA } }],
    users: [{ name: "u", user: o.user ?? { token: SECRET } }],
    contexts: [
      { name: "other", context: { cluster: "gone", user: "gone" } },
      { name: "x", context: o.context ?? { cluster: "c", user: "u" } },
    ],
    "current-context": "x",
    ...o.top,
  });
}

const server = "https://192.0.2.1";

describe("config: the kubeconfig of an existing cluster", () => {
  const sound: [string, string][] = [
    ["a token", config()],
    [
      "a client certificate",
      config({ user: { "client-certificate-data": "QQ==", "client-key-data": "QQ==" } }),
    ],
    ["exec", config({ user: { exec: { command: "aws", args: ["eks", "get-token"] } } })],
    ["JSON", JSON.stringify(parse(config()))],
  ];
  for (const [title, text] of sound) {
    it(`may sign in by ${title}, in one of several contexts`, () => {
      assert.equal(kubeconfigFault(text), undefined);
    });
  }

  const faulty: [string, string, RegExp][] = [
    ["YAML that does not close", `token: "${SECRET}`, /^is not YAML$/],
    ["a list", "- a", /^is not a YAML mapping$/],
    ["no users", config({ top: { users: [] } }), /^has no users$/],
    ["no current-context", config({ top: { "current-context": "" } }), /^has no current-context$/],
    ["a context that is not there", config({ top: { "current-context": "y" } }), /none of its contexts/],
    [
      "another context's cluster",
      config({ top: { "current-context": "other" } }),
      /cluster it does not describe/,
    ],
    ["no such user", config({ context: { cluster: "c", user: "v" } }), /user it does not describe/],
    ["no server", config({ cluster: CA }), /no server of the form https/],
    ["plain HTTP", config({ cluster: { server: "http://192.0.2.1", ...CA } }), /no server of the form https/],
    [
      "a password in the address",
      config({ cluster: { server: `https://a:${SECRET}@h`, ...CA } }),
      /no server/,
    ],
    ["no verification", config({ cluster: { server, "insecure-skip-tls-verify": true } }), /does not verify/],
    ["no CA", config({ cluster: { server } }), /no certificate-authority-data/],
    [
      "a CA in a file",
      config({ cluster: { server, "certificate-authority": "/ca" } }),
      /in certificate-authority$/,
    ],
    ["a token in a file", config({ user: { tokenFile: "/t" } }), /file of this machine in tokenFile/],
    ["a key in a file", config({ user: { "client-key": "/k" } }), /file of this machine in client-key/],
    ["half a certificate", config({ user: { "client-certificate-data": "QQ==" } }), /without its key/],
    ["auth-provider", config({ user: { "auth-provider": { name: "gcp" } } }), /auth-provider/],
    ["exec of nothing", config({ user: { exec: {} } }), /exec without a command/],
    ["no sign-in", config({ user: {} }), /no way to sign in/],
  ];
  for (const [title, text, reason] of faulty) {
    it(`is refused for ${title}, and not shown`, () => {
      const fault = kubeconfigFault(text);
      assert.match(fault?.reason ?? "", reason);
      assert.ok(!JSON.stringify(fault).includes(SECRET));
    });
  }
});
