import assert from "node:assert/strict";
import { createServer, type IncomingMessage, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import * as pulumi from "@pulumi/pulumi";
import { azureProvider } from "../../../components/cluster/azure-provider";
import { checkDnsLabel, type DnsLabelCheck } from "../../../components/cluster/dns-label";
import { engineError, runProgram, type Invokes } from "../../support/mocks";

const check: DnsLabelCheck = {
  project: "global-mesh",
  region: "eastus",
  location: "eastus",
  dnsLabel: "eastus-cluster",
  dnsLabelScope: "exact",
};

describe("the check of the DNS label", () => {
  let server: Server;
  let available: boolean;
  let status: number;
  let asked: IncomingMessage[];
  let origin: string;
  before((done) => {
    server = createServer((request, response) => {
      const metadata = request.url?.startsWith("/metadata/") === true;
      if (!metadata) asked.push(request);
      response.statusCode = metadata ? 200 : status;
      response.end(JSON.stringify(metadata ? { resourceManager: origin } : { available }));
    });
    server.listen(0, "127.0.0.1", () => {
      origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
      done();
    });
  });
  after((done) => {
    server.close(done);
    server.closeAllConnections();
  });
  beforeEach(() => {
    [available, status, asked] = [true, 200, []];
  });

  const signedIn: Invokes = {
    "azure-native:authorization:getClientToken": () => ({ token: "t0ken" }),
    "azure-native:authorization:getClientConfig": () => ({ subscriptionId: "s1" }),
  };
  const own = (domainNameLabel: string): Invokes => ({
    "azure-native:network:getPublicIPAddress": ({ resourceGroupName, publicIpAddressName }) => {
      assert.deepEqual(
        [resourceGroupName, publicIpAddressName],
        ["global-mesh-eastus-addresses", "eastus-gateway"],
      );
      return { dnsSettings: { domainNameLabel } };
    },
  });
  const failing = (message: string): Invokes => ({
    "azure-native:network:getPublicIPAddress": () => Promise.reject(engineError(message)),
  });
  const run = (invokes: Invokes, changed: Partial<DnsLabelCheck> = {}) =>
    runProgram({ stack: "eastus", config: { "azure-native:metadataHost": origin }, invokes }, async () => {
      await checkDnsLabel({ ...check, ...changed }, azureProvider("eastus"));
    });
  const taken = (error: unknown): boolean =>
    pulumi.RunError.isInstance(error) &&
    error.message.startsWith('global-mesh:dnsLabel: "eastus-cluster" is taken');

  it("asks Azure where the provider signs in, with its token", async () => {
    await run(signedIn);
    assert.deepEqual(
      asked.map(({ url, headers }) => [url, headers.authorization]),
      [
        [
          "/subscriptions/s1/providers/Microsoft.Network/locations/eastus/CheckDnsNameAvailability" +
            "?domainNameLabel=eastus-cluster&api-version=2024-05-01",
          "Bearer t0ken",
        ],
      ],
    );
  });

  it("refuses a label that somebody else has", async () => {
    available = false;
    await assert.rejects(run({ ...signedIn, ...failing('Code="ResourceNotFound" Message="none"') }), taken);
    await assert.rejects(run({ ...signedIn, ...failing('Code="ResourceGroupNotFound"') }), taken);
    await assert.rejects(run({ ...signedIn, ...own("another") }), taken);
  });

  it("accuses nobody where our own address cannot be read", async () => {
    available = false;
    await run({ ...signedIn, ...failing('Status=403 Code="AuthorizationFailed"') });
    await run({ ...signedIn, ...failing("connection reset") });
    assert.equal(asked.length, 2);
  });

  it("takes a label that is our own address's already", async () => {
    available = false;
    await run({ ...signedIn, ...own("eastus-cluster") });
    assert.equal(asked.length, 1);
  });

  it("leaves a label with a hash of the tenant to Azure", async () => {
    available = false;
    await run(signedIn, { dnsLabelScope: "tenant" });
    assert.equal(asked.length, 0);
  });

  it("goes on where Azure cannot be asked: the address decides", async () => {
    await run({});
    assert.equal(asked.length, 0);
    status = 503;
    await run(signedIn);
    assert.equal(asked.length, 1);
  });
});
