import { refuses } from "./badInput";

const east = { eastus: { cidr: "10.10.0.0/16" } };
const two = { ...east, westeurope: { cidr: "10.20.0.0/16" } };
const REGION_TABLE =
  "a map from region name to {cidr, labels, network, zones}; a name is the Azure location: lower-case letters, digits and " +
  "single hyphens, at most 46 characters";

refuses("the regions table", [
  {
    title: "an unknown region as primary",
    set: { primary: "eastuss" },
    setting: "global-mesh:primary",
    got: '"eastuss"',
    allowed: "a region of the table: eastus, westeurope, southeastasia",
    fix: 'did you mean "eastus"? If not, add it to global-mesh:regions',
  },
  {
    title: "an unknown region that is leaving",
    set: { leaving: ["brazilsouth"] },
    setting: "global-mesh:leaving[0]",
    got: '"brazilsouth"',
    allowed: "a region of the table: eastus, westeurope, southeastasia",
    fix: "remove it: a region that is not in the table has no links left",
  },
  {
    title: "all regions leaving",
    set: { regions: two, leaving: ["westeurope", "eastus"] },
    setting: "global-mesh:leaving",
    got: '["westeurope","eastus"]',
    allowed: "at least one region stays",
    fix: "to take everything down, destroy the regions' stacks and then global; leaving is for some of them",
  },
  {
    title: "a region that leaves twice",
    set: { leaving: ["westeurope", "westeurope"] },
    setting: "global-mesh:leaving[1]",
    got: '"westeurope"',
    allowed: "each region once",
    fix: "remove the repeated name",
  },
  {
    title: "no region at all",
    stack: "global",
    set: { regions: {} },
    setting: "global-mesh:regions",
    got: "{}",
    allowed: "at least one region",
    fix: "add one: regions: {eastus: {cidr: 10.10.0.0/16}}",
  },
  {
    title: "a region that stands in the table twice",
    set: { regions: '{"eastus":{"cidr":"10.10.0.0/16"},"eastus":{"cidr":"10.11.0.0/16"}}' },
    setting: "global-mesh:regions",
    got: 'an object in which "eastus" stands twice',
    allowed: REGION_TABLE,
    fix: "keep one of the two",
  },
  {
    title: "a region's name as Azure's portal shows it",
    stack: "global",
    set: { regions: { ...east, "North Europe": { cidr: "10.40.0.0/16" } } },
    setting: 'global-mesh:regions["North Europe"]',
    got: '"North Europe"',
    allowed: "lower-case letters, digits and single hyphens",
    fix: 'write "northeurope"',
  },
  {
    title: "a region's name with characters that Azure does not have",
    set: { regions: { ...east, west_europe: { cidr: "10.20.0.0/16" } } },
    setting: "global-mesh:regions.west_europe",
    got: '"west_europe"',
    allowed: "lower-case letters, digits and single hyphens between them, beginning with a letter",
    fix: "az account list-locations --query '[].name' prints Azure's own names",
  },
  {
    title: "a region's name in upper case",
    set: { regions: { ...east, WestEurope: { cidr: "10.20.0.0/16" } } },
    setting: "global-mesh:regions.WestEurope",
    got: '"WestEurope"',
    allowed: "lower-case letters, digits and single hyphens",
    fix: 'write "westeurope"',
  },
  {
    title: "a region's name that is too long",
    set: { regions: { ...east, ["w".repeat(47)]: { cidr: "10.20.0.0/16" } } },
    setting: `global-mesh:regions.${"w".repeat(47)}`,
    got: `"${"w".repeat(47)}"`,
    allowed: "at most 46 characters: AKS takes 54 for a cluster's DNS prefix, and ours is <region>-cluster",
    fix: "shorten the name",
  },
  {
    title: "a region by the name of the global stack",
    set: { regions: { ...east, global: { cidr: "10.20.0.0/16" } } },
    setting: "global-mesh:regions.global",
    got: '"global"',
    allowed: "any name but global, which is the stack of what belongs to no region",
    fix: "rename the region",
  },
  {
    title: "a region without a range",
    set: { regions: { eastus: { zones: [] } } },
    setting: "global-mesh:regions.eastus.cidr",
    got: "nothing",
    allowed: "an IPv4 range that no other region of its network uses, such as 10.40.0.0/16",
    fix: "set it: it has no default",
  },
  {
    title: "a zone that stands twice, once as a number",
    set: { regions: { eastus: { cidr: "10.10.0.0/16", zones: ["1", 1] } }, primary: "eastus" },
    setting: "global-mesh:regions.eastus.zones[1]",
    got: '"1"',
    allowed: "each zone once",
    fix: "remove the repeated number",
  },
]);
