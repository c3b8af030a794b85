import type { Source } from "../../rule";

const ISTIO = "https://istio.io/latest/docs";

/** Istio's security best practices, and the heading there. */
export function practice(heading: string, anchor: string): Source {
  return {
    title: `Istio security best practices, ${heading}`,
    url: `${ISTIO}/ops/best-practices/security/#${anchor}`,
  };
}

/** A message of istioctl analyze. */
export function analyzer(code: `IST0${number}`): Source {
  return {
    title: `istioctl analyze, ${code}`,
    url: `${ISTIO}/reference/config/analysis/${code.toLowerCase()}/`,
  };
}

/** A page of Istio's reference or documentation. */
export function istio(title: string, path: string): Source {
  return { title: `Istio, ${title}`, url: `${ISTIO}/${path}` };
}

/** A number of the CIS benchmark for AKS, as kube-bench checks it. */
export function cis(number: `4.${number}.${number}`): Source {
  return {
    title: `CIS AKS 1.7, ${number}`,
    url: "https://github.com/aquasecurity/kube-bench/blob/main/cfg/aks-1.7/policies.yaml",
  };
}

/** A control of the Kubernetes pod security standards. */
export function podSecurity(profile: "Baseline" | "Restricted", control: string): Source {
  return {
    title: `Kubernetes pod security standards, ${profile}: ${control}`,
    url: "https://kubernetes.io/docs/concepts/security/pod-security-standards/",
  };
}

/** A check of kube-linter. */
export function kubeLinter(check: string): Source {
  return {
    title: `kube-linter, ${check}`,
    url: `https://docs.kubelinter.io/#/generated/checks?id=${check}`,
  };
}

/** A check of Polaris. */
export function polaris(check: string, page: "security" | "reliability" | "efficiency"): Source {
  return { title: `Polaris, ${check}`, url: `https://polaris.docs.fairwinds.com/checks/${page}/` };
}

/** A validation of Kiali. */
export function kiali(code: `KIA${string}`, title: string): Source {
  return { title: `Kiali, ${code} ${title}`, url: "https://kiali.io/docs/features/validations/" };
}

/** The NSA and CISA guide. */
export const NSA: Source = {
  title: "NSA and CISA, Kubernetes Hardening Guide 1.2",
  url: "https://media.defense.gov/2022/Aug/29/2003066362/-1/-1/0/CTR_KUBERNETES_HARDENING_GUIDANCE_1.2_20220829.PDF",
};

/** What Pulumi says of Helm Releases. */
export const HELM_RELEASE: Source = {
  title: "Pulumi, Kubernetes: Helm Release",
  url: "https://www.pulumi.com/registry/packages/kubernetes/api-docs/helm/v3/release/",
};
