import type { Source } from "../../rule";

/** A recommendation of the CIS Benchmark for AKS, as kube-bench writes it down. */
export function cis(number: string, file: "managedservices" | "controlplane" = "managedservices"): Source {
  const url = `https://github.com/aquasecurity/kube-bench/blob/main/cfg/aks-1.7/${file}.yaml`;
  return { title: `CIS AKS 1.7, ${number}`, url };
}

/** A check of Checkov. @param file name of its source without ending. */
export function checkov(id: string, file: string): Source {
  const folder = "https://github.com/bridgecrewio/checkov/blob/main/checkov/terraform/checks/resource/azure";
  return { title: `Checkov ${id}`, url: `${folder}/${file}.py` };
}

/** A rule of Microsoft's PSRule for Azure, which follows the Well-Architected Framework. */
export function psRule(name: string): Source {
  return { title: `PSRule ${name}`, url: `https://azure.github.io/PSRule.Rules.Azure/en/rules/${name}/` };
}

/** A page of Microsoft's documentation. */
export function learn(title: string, page: string): Source {
  return { title, url: `https://learn.microsoft.com/azure/${page}` };
}

/** Microsoft's reference implementation of an AKS cluster. */
export const AKS_BASELINE: Source = {
  title: "AKS baseline (mspnp/aks-baseline)",
  url: "https://github.com/mspnp/aks-baseline",
};

/** Microsoft's library of what keeps a cluster up. */
export const RESILIENCY_LIBRARY: Source = {
  title: "Azure Proactive Resiliency Library v2, managedClusters",
  url: "https://azure.github.io/Azure-Proactive-Resiliency-Library-v2/azure-resources/ContainerService/managedClusters/",
};
