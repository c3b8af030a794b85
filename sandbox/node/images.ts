/** The last path component of an image, without tag and digest: "pilot" of "docker.io/istio/pilot:1.31.1". */
export function imageName(image: string): string {
  const last = image.slice(image.lastIndexOf("/") + 1);
  return last.replace(/[:@].*$/, "");
}
