import { refuses } from "./badInput";

const east = { eastus: { cidr: "10.10.0.0/16" } };

refuses("addresses and access", [
  {
    title: "overlapping ranges",
    set: { regions: { ...east, westeurope: { cidr: "10.10.128.0/17" } } },
    setting: "global-mesh:regions.westeurope.cidr",
    got: `"10.10.128.0/17", which overlaps eastus's 10.10.0.0/16`,
    allowed: "a range that no other region uses: the virtual networks are peered",
    fix: "choose a free one, such as 10.0.0.0/17",
  },
  {
    title: "the same range twice",
    set: { regions: { ...east, westeurope: { cidr: "10.10.0.0/16" } } },
    setting: "global-mesh:regions.westeurope.cidr",
    got: `"10.10.0.0/16", which overlaps eastus's 10.10.0.0/16`,
    allowed: "a range that no other region uses: the virtual networks are peered",
    fix: "choose a free one, such as 10.0.0.0/16",
  },
  {
    title: "a range too small for pods of their own subnet",
    set: { regions: { eastus: { cidr: "10.10.0.0/22" } } },
    setting: "global-mesh:regions.eastus.cidr",
    got: '"10.10.0.0/22" with 1024 addresses',
    allowed:
      "/21 or larger: with pod-subnet one half holds 581 addresses of pods and one quarter 23 of nodes, " +
      "with the pools at their largest",
    fix: "write a /21, or lower max, maxPods or maxSurgePercent in global-mesh:pools",
  },
  {
    title: "a range too small for pods among the nodes",
    set: { regions: { eastus: { cidr: "10.10.0.0/22" } }, networkPlugin: "node-subnet" },
    setting: "global-mesh:regions.eastus.cidr",
    got: '"10.10.0.0/22" with 1024 addresses',
    allowed:
      "/21 or larger: with node-subnet one half holds nodes and pods, 563 addresses with the pools at their largest",
    fix: "write a /21, or lower max, maxPods or maxSurgePercent in global-mesh:pools",
  },
  {
    title: "a range that is none",
    set: { regions: { eastus: { cidr: "10.10.0.0" } } },
    setting: "global-mesh:regions.eastus.cidr",
    got: '"10.10.0.0"',
    allowed: "an IPv4 range such as 10.40.0.0/16",
    fix: "correct it: it is not an IPv4 range in the form 10.10.0.0/16",
  },
  {
    title: "a range that begins in its middle",
    set: { regions: { eastus: { cidr: "10.10.7.0/16" } } },
    setting: "global-mesh:regions.eastus.cidr",
    got: '"10.10.7.0/16"',
    allowed: "an IPv4 range such as 10.40.0.0/16",
    fix: "correct it: it does not begin at its network address; 10.10.0.0/16 does",
  },
  {
    title: "a range that AKS keeps",
    set: { regions: { eastus: { cidr: "172.30.0.0/16" } } },
    setting: "global-mesh:regions.eastus.cidr",
    got: '"172.30.0.0/16", which overlaps 172.30.0.0/16',
    allowed:
      "a range outside 0.0.0.0/8, 127.0.0.0/8, 169.254.0.0/16, 172.30.0.0/16, 172.31.0.0/16, 192.0.2.0/24, " +
      "224.0.0.0/3, which AKS and Azure keep for themselves",
    fix: "choose a private range such as 10.40.0.0/16",
  },
  {
    title: "Service addresses inside a virtual network",
    set: { serviceCidr: "10.20.0.0/20" },
    setting: "global-mesh:serviceCidr",
    got: `"10.20.0.0/20", which overlaps westeurope's 10.20.0.0/16`,
    allowed: "a range that overlaps no region's virtual network: a pod there could not be reached",
    fix: "give westeurope another range, such as 10.0.0.0/16; or, before any cluster stands, choose another range for Services",
  },
  {
    title: "too few Service addresses",
    set: { serviceCidr: "172.16.0.0/29" },
    setting: "global-mesh:serviceCidr",
    got: '"172.16.0.0/29"',
    allowed: "/12 to /28: Kubernetes takes no larger one, and a smaller one has no room for the DNS service",
    fix: "write 172.16.0.0/16",
  },
  {
    title: "overlay with flat",
    set: { networkPlugin: "overlay" },
    setting: "global-mesh:networkPlugin",
    got: '"overlay"',
    allowed: "pod-subnet or node-subnet in a flat mesh: pod addresses of an overlay are not routed to peers",
    fix: "write pod-subnet",
  },
  {
    title: "a topology that is not built",
    set: { topology: "multi-network" },
    setting: "global-mesh:topology",
    got: '"multi-network"',
    allowed: "flat; multi-network is not built yet",
    fix: "write flat, and give the regions address ranges that do not overlap",
  },
  {
    title: "a topology that does not exist",
    set: { topology: "mesh" },
    setting: "global-mesh:topology",
    got: '"mesh"',
    allowed: "flat",
    fix: "write one of the allowed values",
  },
  {
    title: "empty authorized ranges",
    set: { apiAccess: { authorizedRanges: [] } },
    setting: "global-mesh:apiAccess.authorizedRanges",
    got: "[]",
    allowed: "at least one IPv4 range that you work from",
    fix:
      "pulumi config set --path 'global-mesh:apiAccess.authorizedRanges[0]' <your address>/32, " +
      "or say global-mesh:apiAccess: open",
  },
  {
    title: "everybody as an authorized range",
    set: { apiAccess: { authorizedRanges: ["203.0.113.0/24", "0.0.0.0/0"] } },
    setting: "global-mesh:apiAccess.authorizedRanges[1]",
    got: '"0.0.0.0/0"',
    allowed: "a range that leaves somebody out",
    fix: "name the ranges that you work from; if everybody is meant, say global-mesh:apiAccess: open",
  },
  {
    title: "an address in place of an authorized range",
    set: { apiAccess: { authorizedRanges: ["203.0.113.7"] } },
    setting: "global-mesh:apiAccess.authorizedRanges[0]",
    got: '"203.0.113.7"',
    allowed: "an IPv4 range such as 203.0.113.0/24, or 203.0.113.7/32 for one address",
    fix: "correct it: it is not an IPv4 range in the form 10.10.0.0/16",
  },
  {
    title: "a private API server",
    set: { apiAccess: "private" },
    setting: "global-mesh:apiAccess",
    got: '"private"',
    allowed: "authorizedRanges or open; private API servers are not built yet",
    fix: "write global-mesh:apiAccess.authorizedRanges with the ranges that you work from",
  },
  {
    title: "another word for access",
    set: { apiAccess: "public" },
    setting: "global-mesh:apiAccess",
    got: '"public"',
    allowed: '{authorizedRanges: [...]} or "open"',
    fix: "pulumi config set --path 'global-mesh:apiAccess.authorizedRanges[0]' <your address>/32",
  },
]);
