import assert from "node:assert/strict";
import { application, externalService, service } from "../../../istio/intent";
import type { KubeObject } from "../../../sandbox/kube";
import { makeRoot, type Root } from "../node/support/certificates";
import { makeLeaf, type Leaf } from "./support/leaf";
import type { TestMesh } from "./support/mesh";
import { Outside, OUTSIDE_ADDRESS } from "./support/outside";
import type { Play } from "./support/play";
import type { Requests, Sender } from "./support/requests";
import { onStage } from "./support/shared";
import { sentBy } from "./support/told";

const REGION = "eastus";
const CHECKOUT: Sender = { region: REGION, workload: "checkout" };
const GATEWAY: Sender = { region: REGION, workload: "istio-egressgateway" };
/** Common name by which the bank knows the mesh. */
const CLIENT_NAME = "the mesh";

/** A mesh whose proxies refuse what they do not know, with an egress gateway that holds what the outside asks for. */
describe("a mesh that is registry-only, and its egress gateway", function () {
  this.timeout(900_000);
  let mesh: TestMesh;
  let requests: Requests;
  let root: Root;
  let other: Root;
  let client: Leaf;
  let news: Outside;
  let bank: Outside;
  let vault: Outside;

  const play = (vaultsAuthority: Root): Play => ({
    regions: [REGION],
    applications: [shop({ news: news.port, bank: bank.port, vault: vault.port })],
    gateways: ["egressGateway"],
    extra: () => [
      secret("bank-client", { ...tlsOf(client), "ca.crt": root.certificate.toString("pem") }),
      secret("vault-ca", { "ca.crt": vaultsAuthority.certificate.toString("pem") }),
    ],
  });
  /** What a proxy has sent to a host: requests, or connections where it sees no requests. */
  const sent = (by: Sender, host: string, port = 80): Promise<number> =>
    sentBy(mesh, by, `outbound|${port}||${host}`);

  before(async () => {
    [root, other] = [await makeRoot("authority of the bank"), await makeRoot("another authority")];
    client = await makeLeaf(root, [CLIENT_NAME]);
    news = await Outside.start();
    const certificate = await makeLeaf(root, ["bank.example.com", "vault.example.com"]);
    bank = await Outside.start({ certificate, clientCa: root.certificate.toString("pem") });
    vault = await Outside.start({ certificate });
    ({ mesh, requests } = await onStage(play(root), {
      settings: { outboundTrafficPolicy: "REGISTRY_ONLY" },
    }));
  });

  after(() => Promise.all([news, bank, vault].map((server) => server.stop())));

  it("calls what an entry names", async () => {
    const order = { url: `http://news.example.com:${news.port}/known` };
    const [result] = await requests.until(CHECKOUT, order, ([one]) => one?.status === 200);
    await requests.expect(CHECKOUT, "news.example.com", () => assert.equal(result?.status, 200));
  });

  it("refuses what no entry names, by name and by address", async () => {
    const http = {
      url: `http://unknown.example.com:${news.port}/unknown`,
      connect: `${OUTSIDE_ADDRESS}:${news.port}`,
    };
    const [request] = await requests.send(CHECKOUT, http);
    const tls = { url: `https://bank.example.com/unknown`, connect: `${OUTSIDE_ADDRESS}:${vault.port}` };
    const [connection] = await requests.send(CHECKOUT, tls);
    await requests.expect(CHECKOUT, "unknown.example.com", () => {
      assert.equal(request?.status, 502, JSON.stringify(request));
      assert.equal(connection?.error, "ECONNRESET", JSON.stringify(connection));
    });
    assert.deepEqual([...news.at("/unknown"), ...vault.at("/unknown")], []);
  });

  it("shows at the gateway the client certificate that only the gateway can read", async () => {
    const before = await sent(GATEWAY, "bank.example.com");
    const order = { url: "http://bank.example.com/accounts" };
    const [result] = await requests.until(CHECKOUT, order, ([one]) => one?.status === 200);
    await requests.expect(CHECKOUT, "bank.example.com", () => {
      assert.equal(result?.status, 200, JSON.stringify(result));
      const [seen] = bank.at("/accounts");
      assert.deepEqual([seen?.client, seen?.sni], [CLIENT_NAME, "bank.example.com"]);
    });
    assert.ok((await sent(GATEWAY, "bank.example.com")) > before, "the gateway has sent the request");
    assert.equal(
      await sent(CHECKOUT, "bank.example.com"),
      0,
      "the caller's own proxy has sent nothing outside",
    );
  });

  it("lets nobody pass the gateway by: the bank's own address is unknown to its callers", async () => {
    const order = { url: "https://bank.example.com/around", connect: `${OUTSIDE_ADDRESS}:${bank.port}` };
    const [result] = await requests.send(CHECKOUT, order);
    await requests.expect(CHECKOUT, "bank.example.com", () => {
      assert.equal(result?.error, "ECONNRESET", JSON.stringify(result));
      assert.deepEqual(bank.at("/around"), []);
    });
  });

  it("checks at the gateway who has signed the certificate outside", async () => {
    const order = { url: "http://vault.example.com/gold" };
    const [right] = await requests.until(CHECKOUT, order, ([one]) => one?.status === 200);
    await requests.expect(CHECKOUT, "vault.example.com", () => assert.equal(right?.status, 200));
    await mesh.play(play(other));
    const forged = { url: "http://vault.example.com/forged" };
    const [wrong] = await requests.until(CHECKOUT, forged, ([one]) => one?.status === 503);
    await requests.expect(CHECKOUT, "vault.example.com", () => {
      assert.equal(wrong?.status, 503, JSON.stringify(wrong));
      assert.match(vault.refusals.join(), /ALERT_UNKNOWN_CA/);
    });
    await mesh.play(play(root));
    const [again] = await requests.until(CHECKOUT, order, ([one]) => one?.status === 200);
    assert.equal(again?.status, 200);
  });

  it("passes on by its name what workloads encrypt themselves", async () => {
    const before = await sent(GATEWAY, "sealed.example.com", vault.port);
    const order = { url: `https://sealed.example.com:${vault.port}/sealed` };
    const [result] = await requests.until(CHECKOUT, order, ([one]) => one?.status === 200);
    await requests.expect(CHECKOUT, "sealed.example.com", () => {
      assert.equal(result?.status, 200, JSON.stringify(result));
      assert.equal(vault.at("/sealed")[0]?.sni, "sealed.example.com");
    });
    assert.ok((await sent(GATEWAY, "sealed.example.com", vault.port)) > before, "it came by the gateway");
  });
});

/** Checkout calls news directly, and everything else by the gateway. */
function shop(ports: { readonly news: number; readonly bank: number; readonly vault: number }) {
  const common = { namespace: "payments", addresses: [OUTSIDE_ADDRESS], callers: ["payments/checkout"] };
  const gated = { ...common, throughEgressGateway: true };
  return application({
    name: "payments",
    namespaces: [{ name: "payments", mtls: "STRICT" }],
    services: [service({ name: "checkout", namespace: "payments", port: 80, access: [] })],
    externalServices: [
      externalService({
        name: "news",
        hosts: ["news.example.com"],
        ports: [{ number: ports.news, protocol: "HTTP" }],
        ...common,
      }),
      externalService({
        name: "bank",
        hosts: ["bank.example.com"],
        tls: { to: ports.bank, clientCredential: "bank-client" },
        ...gated,
      }),
      externalService({
        name: "vault",
        hosts: ["vault.example.com"],
        tls: { to: ports.vault, ca: { credential: "vault-ca" } },
        ...gated,
      }),
      externalService({
        name: "sealed",
        hosts: ["sealed.example.com"],
        ports: [{ number: ports.vault, protocol: "TLS" }],
        ...gated,
      }),
    ],
  });
}

function tlsOf({ certificate, key }: Leaf): Record<string, string> {
  return { "tls.crt": certificate, "tls.key": key };
}

function secret(name: string, stringData: Readonly<Record<string, string>>): KubeObject {
  return { apiVersion: "v1", kind: "Secret", metadata: { name, namespace: "istio-egress" }, stringData };
}
