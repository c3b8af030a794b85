import { FaultError } from "../rules/fault";
import { checkReaderKubeconfig } from "./checkKubeconfig";
import { readerKubeconfig, type ReaderCredential } from "./remoteSecret";

/**
 * The same credential, if istiod can read a cluster with it: istiod itself only logs what it refuses, and the
 * link would stand and do nothing.
 * @param setting where the credential comes from, as in `readerCredential`.
 * @throws FaultError that quotes nothing of the credential.
 */
export function soundCredential(setting: string, credential: ReaderCredential): ReaderCredential {
  const faults = checkReaderKubeconfig(setting, readerKubeconfig(credential));
  if (faults.length > 0) throw new FaultError(faults, "in a reader credential");
  return credential;
}
