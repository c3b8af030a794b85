import * as pulumi from "@pulumi/pulumi";

/** A certificate of nobody's: its key was thrown away. */
export const CERTIFICATE = `-----BEGIN CERTIFICATE-----
MIIBpjCCAU2gAwIBAgIURR+6ktJZDAJryeV0Cf0GT7rYeeswCgYIKoZIzj0EAwIw
KDEOMAwGA1UECgwFbWVzaDExFjAUBgNVBAMMDXJvb3QgcjEgbWVzaDEwIBcNMjYx
MTIxMTg0ODI3WhgPMjEyNjEwMjgxODQ4MjdaMCgxDjAMBgNVBAoMBW1lc2gxMRYw
FAYDVQQDDA1yb290IHIxIG1lc2gxMFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAE
apKYBxoQZuv/A3uWyYevvut8sUFTNUks4/rdVpRjFZzKxd/+IoSf+0qP8sHrkKTG
yt8rMeYR6hqNmdBQpEZm56NTMFEwHQYDVR0OBBYEFFx8i0Ljh7tI0D+201QFbTcs
EIyqMB8GA1UdIwQYMBaAFFx8i0Ljh7tI0D+201QFbTcsEIyqMA8GA1UdEwEB/wQF
MAMBAf8wCgYIKoZIzj0EAwIDRwAwRAIgdBp5js7OKkWMHkL6FuKLb1ojdcZgQ9Qd
3pIFmRfXiucCIGBVUP8a6MD+veHtfJgPqZtVBQVS+OkqRrELNsIvumv9
-----END CERTIFICATE-----
`;

const SUBSCRIPTION = "/subscriptions/00000000-0000-0000-0000-000000000001";

type Inputs = Readonly<Record<string, unknown>>;
type Outputs = (name: string, inputs: Inputs) => Inputs;

const inGroup =
  (type: string, nameOf: string): Outputs =>
  (_, inputs) => ({
    id: `${SUBSCRIPTION}/resourceGroups/${text(inputs["resourceGroupName"])}/providers/${type}/${text(inputs[nameOf])}`,
    name: inputs[nameOf],
  });

const sameAsInputs: Outputs = () => ({});

/** What each type adds to its inputs; a type that is not here is refused. */
const OUTPUTS: Readonly<Record<string, Outputs>> = {
  "pulumi:pulumi:Stack": sameAsInputs,
  "pulumi:providers:azure-native": sameAsInputs,
  "pulumi:providers:kubernetes": sameAsInputs,
  "pulumi:providers:tls": sameAsInputs,

  "azure-native:resources:ResourceGroup": (_, inputs) => ({
    id: `${SUBSCRIPTION}/resourceGroups/${text(inputs["resourceGroupName"])}`,
    name: inputs["resourceGroupName"],
  }),
  "azure-native:network:VirtualNetwork": (name, inputs) => ({
    ...inGroup("Microsoft.Network/virtualNetworks", "virtualNetworkName")(name, inputs),
    resourceGuid: `guid-of-${text(inputs["virtualNetworkName"])}`,
  }),
  "azure-native:network:NetworkSecurityGroup": inGroup(
    "Microsoft.Network/networkSecurityGroups",
    "networkSecurityGroupName",
  ),
  "azure-native:network:Subnet": inGroup("Microsoft.Network/subnets", "subnetName"),
  "azure-native:network:VirtualNetworkPeering": inGroup(
    "Microsoft.Network/peerings",
    "virtualNetworkPeeringName",
  ),
  "azure-native:network:PublicIPAddress": (name, inputs) => {
    const dns = inputs["dnsSettings"] as { domainNameLabel?: string } | undefined;
    return {
      ...inGroup("Microsoft.Network/publicIPAddresses", "publicIpAddressName")(name, inputs),
      ipAddress: dns === undefined ? "203.0.113.20" : "203.0.113.10",
      ...(dns === undefined
        ? {}
        : {
            dnsSettings: {
              ...dns,
              fqdn: `${text(dns.domainNameLabel)}.${text(inputs["location"])}.cloudapp.azure.com`,
            },
          }),
    };
  },
  "azure-native:managedidentity:UserAssignedIdentity": (name, inputs) => ({
    ...inGroup("Microsoft.ManagedIdentity/userAssignedIdentities", "resourceName")(name, inputs),
    principalId: "00000000-0000-0000-0000-0000000000aa",
  }),
  "azure-native:authorization:RoleAssignment": sameAsInputs,
  "azure-native:containerservice:ManagedCluster": inGroup(
    "Microsoft.ContainerService/managedClusters",
    "resourceName",
  ),
  "azure-native:containerservice:AgentPool": sameAsInputs,
  "azure-native:containerservice:MaintenanceConfiguration": sameAsInputs,
  "azure-native:operationalinsights:Workspace": inGroup(
    "Microsoft.OperationalInsights/workspaces",
    "workspaceName",
  ),
  "azure-native:monitor:DiagnosticSetting": sameAsInputs,

  "kubernetes:core/v1:ConfigMap": sameAsInputs,
  "kubernetes:core/v1:Namespace": sameAsInputs,
  "kubernetes:core/v1:ServiceAccount": sameAsInputs,
  "kubernetes:core/v1:Secret": (_, inputs) =>
    inputs["type"] === "kubernetes.io/service-account-token"
      ? { data: pulumi.secret({ token: Buffer.from("token-of-the-reader").toString("base64") }) }
      : {},
  "kubernetes:rbac.authorization.k8s.io/v1:ClusterRole": sameAsInputs,
  "kubernetes:rbac.authorization.k8s.io/v1:ClusterRoleBinding": sameAsInputs,
  "kubernetes:rbac.authorization.k8s.io/v1:Role": sameAsInputs,
  "kubernetes:rbac.authorization.k8s.io/v1:RoleBinding": sameAsInputs,
  "kubernetes:helm.sh/v3:Release": sameAsInputs,
  "kubernetes:networking.k8s.io/v1:NetworkPolicy": sameAsInputs,
  "random:index/randomPassword:RandomPassword": (name) => ({ result: pulumi.secret(`password ${name}`) }),
  "kubernetes:networking.istio.io/v1:DestinationRule": sameAsInputs,
  "kubernetes:networking.istio.io/v1:Gateway": sameAsInputs,
  "kubernetes:networking.istio.io/v1:ServiceEntry": sameAsInputs,
  "kubernetes:networking.istio.io/v1:Sidecar": sameAsInputs,
  "kubernetes:networking.istio.io/v1alpha3:EnvoyFilter": sameAsInputs,
  "kubernetes:security.istio.io/v1:RequestAuthentication": sameAsInputs,
  "kubernetes:telemetry.istio.io/v1:Telemetry": sameAsInputs,
  "kubernetes:networking.istio.io/v1:VirtualService": sameAsInputs,
  "kubernetes:security.istio.io/v1:AuthorizationPolicy": sameAsInputs,
  "kubernetes:security.istio.io/v1:PeerAuthentication": sameAsInputs,
  "kubernetes:gateway.networking.k8s.io/v1:HTTPRoute": sameAsInputs,
  "kubernetes:policy.linkerd.io/v1alpha1:AuthorizationPolicy": sameAsInputs,
  "kubernetes:policy.linkerd.io/v1alpha1:MeshTLSAuthentication": sameAsInputs,
  "kubernetes:policy.linkerd.io/v1beta3:Server": sameAsInputs,

  "tls:index/privateKey:PrivateKey": (name) => ({ privateKeyPem: pulumi.secret(`key ${name}`) }),
  "tls:index/selfSignedCert:SelfSignedCert": () => ({ certPem: CERTIFICATE }),
  "tls:index/certRequest:CertRequest": (name) => ({ certRequestPem: `request ${name}` }),
  "tls:index/locallySignedCert:LocallySignedCert": () => ({ certPem: CERTIFICATE }),
};

/** What a resource has beyond its inputs once it is made. */
export function mockOutputs(type: string, name: string, inputs: Inputs): Inputs {
  const outputs = OUTPUTS[type];
  if (outputs === undefined) throw new Error(`resource type ${type} is not mocked`);
  return outputs(name, inputs);
}

function text(value: unknown): string {
  return typeof value === "string" ? value : "?";
}
