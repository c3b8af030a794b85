import { refuses } from "./badInput";

const KUBECONFIG = [
  "clusters: [{name: a, cluster: {server: 'https://192.0.2.1', certificate-authority-data: Q0E=}}]",
  "users: [{name: a, user: {token: very-secret}}]",
  "contexts: [{name: a, context: {cluster: a, user: a}}]",
  "current-context: a",
].join("\n");
const existing = { platform: "existing", kubeconfig: KUBECONFIG, dnsLabel: undefined };
const secretKeys = ["global-mesh:kubeconfig"];

refuses("the stack and unknown names", [
  {
    title: "an unknown setting near a known one",
    set: { istioVersoin: "1.31.1" },
    setting: "global-mesh:istioVersoin",
    got: "a name that no setting has",
    allowed: "the settings of docs/settings.md",
    fix: 'did you mean "istioVersion"? If not, remove it: pulumi config rm global-mesh:istioVersoin',
  },
  {
    title: "an unknown setting near none",
    set: { somethingElse: "x" },
    setting: "global-mesh:somethingElse",
    got: "a name that no setting has",
    allowed: "the settings of docs/settings.md",
    fix: "remove it: pulumi config rm global-mesh:somethingElse",
  },
  {
    title: "a stack that is no region",
    stack: "westerope",
    setting: "stack name",
    got: '"westerope"',
    allowed: "global, eastus, westeurope, southeastasia",
    fix:
      'did you mean "westeurope"? If not, add the region to global-mesh:regions, ' +
      "or select another stack: pulumi stack select <name>",
  },
  {
    title: "a DNS label that Azure refuses",
    set: { dnsLabel: "1-eastus" },
    setting: "global-mesh:dnsLabel",
    got: '"1-eastus"',
    allowed:
      "3 to 63 lower-case letters, digits and hyphens, beginning with a letter and not ending with a hyphen",
    fix: "write one of the allowed values",
  },
  {
    title: "an existing cluster without a kubeconfig",
    set: { platform: "existing", dnsLabel: undefined },
    setting: "global-mesh:kubeconfig",
    got: "nothing",
    allowed: "the kubeconfig of the existing cluster, as a secret",
    fix: "pulumi config set --secret global-mesh:kubeconfig < kubeconfig.yaml",
  },
  {
    title: "a kubeconfig with a cluster of AKS",
    set: { kubeconfig: KUBECONFIG },
    secretKeys,
    setting: "global-mesh:kubeconfig",
    got: "[secret]",
    allowed: "nothing with platform aks: the kubeconfig comes from Azure",
    fix: "pulumi config rm global-mesh:kubeconfig, or write global-mesh:platform: existing",
  },
  {
    title: "a kubeconfig in plain text",
    set: existing,
    setting: "global-mesh:kubeconfig",
    got: "a value in plain text",
    allowed: "a secret: the stack file is tracked",
    fix:
      "pulumi config set --secret global-mesh:kubeconfig < kubeconfig.yaml; " +
      "treat the credential as known to whoever could read the file",
  },
  {
    title: "a kubeconfig that is none",
    set: { ...existing, kubeconfig: "users: [{user: {token: very-secret}}]" },
    secretKeys,
    setting: "global-mesh:kubeconfig",
    got: "[secret]",
    allowed: "a kubeconfig that stands alone; this value has no clusters, no contexts",
    fix: "pulumi config set --secret global-mesh:kubeconfig < kubeconfig.yaml",
  },
  {
    title: "a DNS label where the gateway's address is not Azure's",
    set: { ...existing, dnsLabel: "eastus-cluster" },
    secretKeys,
    setting: "global-mesh:dnsLabel",
    got: "a value with platform existing",
    allowed:
      "with platform aks only: here the gateway has the address that the cluster's own load balancer gives it",
    fix: "pulumi config rm global-mesh:dnsLabel --stack eastus, and point a DNS name at that address yourself",
  },
  {
    title: "an egress address of a cluster of ours",
    set: { egressAddresses: ["203.0.113.7"] },
    setting: "global-mesh:egressAddresses",
    got: "a value with platform aks",
    allowed:
      "with platform existing only: the program makes the address that an AKS cluster's calls come from",
    fix: "pulumi config rm global-mesh:egressAddresses --stack eastus",
  },
  {
    title: "an egress range that leaves nobody out",
    set: { ...existing, egressAddresses: ["203.0.113.7", "0.0.0.0/0"] },
    secretKeys,
    setting: "global-mesh:egressAddresses[1]",
    got: '"0.0.0.0/0"',
    allowed: "an IPv4 address such as 203.0.113.7, or a range that leaves somebody out",
    fix: "correct it: it is everybody's",
  },
  ...(["multi-network", "primary-remote"] as const).map((topology) => ({
    title: `an existing cluster that no gateway of a ${topology} mesh lets in`,
    set: { ...existing, topology, primary: "westeurope" },
    secretKeys,
    setting: "global-mesh:egressAddresses",
    got: "[]",
    allowed:
      `at least one address in a ${topology} mesh with public east-west gateways: they let in nobody whose address ` +
      "is not named",
    fix:
      "name the addresses that the cluster's calls come from, or their range in " +
      "global-mesh:eastWest.sourceRanges",
  })),
  {
    title: "a secret where plain text comes of it",
    secretKeys: ["global-mesh:values"],
    setting: "global-mesh:values",
    got: "[secret]",
    allowed: "a plain value: what is made from this setting stands in plain text in the state",
    fix: "set it again with --plaintext; give a secret to pods by a Kubernetes Secret, not by settings",
  },
  {
    title: "a region's setting on the global stack",
    stack: "global",
    set: { platform: "aks" },
    setting: "global-mesh:platform",
    got: "a value on the stack global",
    allowed: "on the stack of a region only: global has no cluster",
    fix: "pulumi config rm global-mesh:platform --stack global",
  },
  {
    title: "another location than the region",
    setFull: { "azure-native:location": "eastus2" },
    setting: "azure-native:location",
    got: '"eastus2"',
    allowed:
      "eastus, the region's own name: nodes carry the location as their locality, and the locality tables go by region",
    fix: "pulumi config set azure-native:location eastus",
  },
]);
