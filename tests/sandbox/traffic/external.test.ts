import assert from "node:assert/strict";
import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { application, externalService, service, type TlsOrigination } from "../../../istio/intent";
import { makeRoot, type Root } from "../node/support/certificates";
import { clustersOf } from "./support/clusters";
import { makeLeaf } from "./support/leaf";
import type { TestMesh } from "./support/mesh";
import { Outside, OUTSIDE_ADDRESS } from "./support/outside";
import type { Requests, Sender } from "./support/requests";
import { onStage } from "./support/shared";

const REGION = "eastus";
const CHECKOUT: Sender = { region: REGION, workload: "checkout" };
const LEDGER: Sender = { region: REGION, workload: "ledger" };
const AUDIT: Sender = { region: REGION, workload: "audit" };
const PUBLIC_AUTHORITIES = "/etc/ssl/certs/ca-certificates.crt";
/** What a client says that does not believe the server's certificate. */
const DISTRUST = /^ERR_SSL_\w+_ALERT_(UNKNOWN_CA|CERTIFICATE_UNKNOWN)$/;

/** Services outside the mesh, called by those whom their entries name, over TLS that the caller's proxy opens. */
describe("external services", function () {
  this.timeout(900_000);
  const folder = mkdtempSync(path.join(tmpdir(), "global-mesh-external-"));
  const servers: Outside[] = [];
  let mesh: TestMesh;
  let requests: Requests;
  let roots: { readonly right: Root; readonly other: Root };
  let plain: Outside;
  let bank: Outside;
  let forged: Outside;

  const started = async (options?: Parameters<typeof Outside.start>[0]): Promise<Outside> => {
    const server = await Outside.start(options);
    servers.push(server);
    return server;
  };
  const play = async (tls: Readonly<Record<string, TlsOrigination>> = {}): Promise<void> => {
    const originated = {
      bank: { to: bank.port, ca: { file: path.join(folder, "right.pem") } },
      public: { to: bank.port },
      renamed: { to: bank.port, ca: { file: path.join(folder, "right.pem") } },
      forged: { to: forged.port, ca: { file: path.join(folder, "right.pem") } },
      ...tls,
    };
    ({ mesh, requests } = await onStage({
      regions: [REGION],
      applications: [shop(plain.port, originated)],
    }));
  };

  before(async () => {
    roots = { right: await makeRoot("authority of the bank"), other: await makeRoot("another authority") };
    for (const [name, { certificate }] of Object.entries(roots))
      writeFileSync(path.join(folder, `${name}.pem`), certificate.toString("pem"));
    plain = await started();
    bank = await started({
      certificate: await makeLeaf(roots.right, ["bank.example.com", "public.example.com"]),
    });
    forged = await started({ certificate: await makeLeaf(roots.other, ["forged.example.com"]) });
    await play();
  });

  after(async () => {
    await Promise.all(servers.map((server) => server.stop()));
    rmSync(folder, { recursive: true, force: true });
  });

  it("are reached by name, though no DNS knows it", async () => {
    const order = { url: `http://weather.example.com:${plain.port}/today` };
    const [result] = await requests.until(CHECKOUT, order, ([one]) => one?.status === 200);
    await requests.expect(CHECKOUT, "weather.example.com", () => {
      assert.equal(result?.status, 200, JSON.stringify(result));
      const [seen] = plain.at("/today");
      assert.equal(seen?.host, `weather.example.com:${plain.port}`);
      assert.equal(seen.sni, undefined);
    });
  });

  it("are called in TLS where the workload speaks plaintext, and their certificate is checked", async () => {
    const order = { url: "http://bank.example.com/accounts" };
    const [result] = await requests.until(CHECKOUT, order, ([one]) => one?.status === 200);
    await requests.expect(CHECKOUT, "bank.example.com", () => {
      assert.equal(result?.status, 200, JSON.stringify(result));
      assert.equal(bank.at("/accounts")[0]?.sni, "bank.example.com");
    });
  });

  /** Asks for what must not be told to who cannot show that he is the host; why the connection was ended, if it began. */
  const refused = async (host: string, server: Outside): Promise<string> => {
    const before = server.refusals.length;
    const [result] = await requests.send(CHECKOUT, { url: `http://${host}/secrets` });
    await requests.expect(CHECKOUT, host, () => {
      assert.equal(result?.status, 503, JSON.stringify(result));
      assert.deepEqual([...bank.at("/secrets"), ...forged.at("/secrets")], []);
    });
    return server.refusals.slice(before).join();
  };

  it("are not called where another authority has signed the certificate", async () => {
    assert.match(await refused("forged.example.com", forged), DISTRUST);
  });

  it("are not called where the certificate is another host's", async () => {
    assert.match(await refused("renamed.example.com", bank), DISTRUST);
  });

  it("are not called where no authority is named and no public one has signed", async () => {
    const host = "public.example.com";
    // The proxy's image brings the public authorities along. Here they are the machine's: without any, nothing is called.
    assert.match(await refused(host, bank), existsSync(PUBLIC_AUTHORITIES) ? DISTRUST : /^$/);
    const clusters = await clustersOf(mesh, CHECKOUT, host);
    assert.ok(clusters.length > 0, `${CHECKOUT.workload} knows ${host}`);
    for (const cluster of clusters)
      assert.match(JSON.stringify(cluster), new RegExp(`"file-root:${PUBLIC_AUTHORITIES}"`));
  });

  it("are called as soon as the right authority or name is said", async () => {
    await play({
      forged: { to: forged.port, ca: { file: path.join(folder, "other.pem") } },
      renamed: {
        to: bank.port,
        ca: { file: path.join(folder, "right.pem") },
        sni: "bank.example.com",
      },
    });
    for (const host of ["forged.example.com", "renamed.example.com"]) {
      const [result] = await requests.until(
        CHECKOUT,
        { url: `http://${host}/open` },
        ([one]) => one?.status === 200,
      );
      await requests.expect(CHECKOUT, host, () => assert.equal(result?.status, 200, JSON.stringify(result)));
    }
    assert.equal(bank.at("/open")[0]?.sni, "bank.example.com");
  });

  it("are passed what workloads encrypt themselves, to the name that they ask for", async () => {
    const order = { url: `https://sealed.example.com:${bank.port}/sealed` };
    const [result] = await requests.until(CHECKOUT, order, ([one]) => one?.status === 200);
    await requests.expect(CHECKOUT, "sealed.example.com", () => {
      assert.equal(result?.status, 200, JSON.stringify(result));
      assert.equal(bank.at("/sealed")[0]?.sni, "sealed.example.com");
    });
  });

  it("have the timeout that their entry says", async () => {
    const [result] = await requests.send(CHECKOUT, { url: "http://bank.example.com/slow?delay=20000" });
    await requests.expect(CHECKOUT, "bank.example.com", () => assert.equal(result?.status, 504));
  });

  it("are known to no other workload: of the same namespace by its Sidecar, of another one at all", async () => {
    for (const from of [LEDGER, AUDIT])
      for (const url of [`http://weather.example.com:${plain.port}/other`, "http://bank.example.com/other"]) {
        const [result] = await requests.send(from, { url });
        await requests.expect(from, new URL(url).hostname, () => assert.equal(result?.error, "ENOTFOUND"));
      }
    assert.deepEqual([...plain.at("/other"), ...bank.at("/other")], []);
  });

  it("may be any while the mesh allows it: an unknown host is called as it is", async () => {
    for (const from of [CHECKOUT, AUDIT]) {
      const order = {
        url: `http://unknown.example.com:${plain.port}/unknown`,
        connect: `${OUTSIDE_ADDRESS}:${plain.port}`,
      };
      const [result] = await requests.send(from, order);
      await requests.expect(from, "unknown.example.com", () => assert.equal(result?.status, 200));
    }
    assert.equal(plain.at("/unknown").length, 2);
  });
});

/** Checkout calls out, ledger beside it and audit elsewhere do not; all that is outside is at one address. */
function shop(plainPort: number, tls: Readonly<Record<string, TlsOrigination>>) {
  const common = { namespace: "payments", addresses: [OUTSIDE_ADDRESS], callers: ["payments/checkout"] };
  return application({
    name: "payments",
    namespaces: [{ name: "payments", mtls: "STRICT" }, { name: "reports" }],
    services: [
      service({ name: "checkout", namespace: "payments", port: 80, access: [{ from: ["payments/ledger"] }] }),
      service({ name: "ledger", namespace: "payments", port: 80, access: [] }),
      service({ name: "audit", namespace: "reports", port: 80, access: [] }),
    ],
    externalServices: [
      externalService({
        name: "weather",
        hosts: ["weather.example.com"],
        ports: [{ number: plainPort, protocol: "HTTP" }],
        ...common,
      }),
      externalService({
        name: "sealed",
        hosts: ["sealed.example.com"],
        ports: [{ number: tls["bank"]?.to ?? 0, protocol: "TLS" }],
        ...common,
      }),
      ...Object.entries(tls).map(([name, one]) =>
        externalService({
          name,
          hosts: [`${name}.example.com`],
          tls: one,
          timeout: "2s",
          retries: { attempts: 0 },
          ...common,
        }),
      ),
    ],
  });
}
