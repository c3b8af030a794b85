/** Image of Istio's proxy, sidecar and gateway alike. */
export const PROXY_IMAGE = "proxyv2";

/** Image of the sandbox's own application, which plays every service. */
export const APP_IMAGE = "global-mesh-sandbox-app";

/** Image of curl, for requests that a Job sends. */
export const CURL_IMAGE = "curl";

/** The last path component of an image, without tag and digest: "pilot" of "docker.io/istio/pilot:1.31.1". */
export function imageName(image: string): string {
  const last = image.slice(image.lastIndexOf("/") + 1);
  return last.replace(/[:@].*$/, "");
}
