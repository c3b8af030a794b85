import type { StackOutputs } from "./stack";

/**
 * Output `linkContract`: plain words on what a stack exports. The engine leaves out silently what it cannot
 * decrypt; a secret that the contract names and that is not there tells so.
 */
export interface LinkContract {
  readonly version: number;
  /** Name of the region's cluster; absent in the stack of what belongs to no region. */
  readonly cluster?: string;
  /** Names of all outputs that are secret, sorted. */
  readonly secretNames: readonly string[];
}

/** Version of the outputs that this program writes and reads. */
export const CONTRACT_VERSION = 1;

/** The contract of a stack that is about to export those secrets. */
export function linkContract(secretNames: readonly string[], cluster?: string): LinkContract {
  return {
    version: CONTRACT_VERSION,
    ...(cluster === undefined ? {} : { cluster }),
    secretNames: secretNames.toSorted(),
  };
}

/** The contract of a stack that was read; throws where the stack is none of ours or cannot be decrypted. */
export function readContract(stack: string, outputs: StackOutputs): LinkContract {
  const contract = outputs["linkContract"];
  if (!isContract(contract)) {
    throw new Error(
      `stack ${stack} has outputs but no linkContract: it is not a stack of this program, or of a version from ` +
        "before contracts. Bring it up once with this version, or use another stack name",
    );
  }
  if (contract.version !== CONTRACT_VERSION) {
    throw new Error(
      `stack ${stack} speaks version ${contract.version} of the outputs, this program version ` +
        `${CONTRACT_VERSION}: bring it up once with this version of the program`,
    );
  }
  const missing = contract.secretNames.filter((name) => outputs[name] === undefined);
  if (missing.length > 0) {
    throw new Error(
      `stack ${stack}: wrong secrets provider. It exports ${missing.join(", ")}, which could not be decrypted ` +
        "with the key or passphrase in use here. All stacks of a mesh share one secrets provider: set the same " +
        "PULUMI_CONFIG_PASSPHRASE, or pulumi stack change-secrets-provider",
    );
  }
  return contract;
}

function isContract(value: unknown): value is LinkContract {
  return (
    typeof value === "object" &&
    value !== null &&
    "version" in value &&
    typeof value.version === "number" &&
    "secretNames" in value &&
    Array.isArray(value.secretNames)
  );
}
