import { KeyUsageFlags } from "@peculiar/x509";
import type { Plain } from "../wire";

const KEY_USAGES = {
  digital_signature: KeyUsageFlags.digitalSignature,
  content_commitment: KeyUsageFlags.nonRepudiation,
  key_encipherment: KeyUsageFlags.keyEncipherment,
  data_encipherment: KeyUsageFlags.dataEncipherment,
  key_agreement: KeyUsageFlags.keyAgreement,
  cert_signing: KeyUsageFlags.keyCertSign,
  crl_signing: KeyUsageFlags.cRLSign,
  encipher_only: KeyUsageFlags.encipherOnly,
  decipher_only: KeyUsageFlags.decipherOnly,
} as const;

const EXTENDED_KEY_USAGES = {
  any_extended: "2.5.29.37.0",
  server_auth: "1.3.6.1.5.5.7.3.1",
  client_auth: "1.3.6.1.5.5.7.3.2",
  code_signing: "1.3.6.1.5.5.7.3.3",
  email_protection: "1.3.6.1.5.5.7.3.4",
  ipsec_end_system: "1.3.6.1.5.5.7.3.5",
  ipsec_tunnel: "1.3.6.1.5.5.7.3.6",
  ipsec_user: "1.3.6.1.5.5.7.3.7",
  timestamping: "1.3.6.1.5.5.7.3.8",
  ocsp_signing: "1.3.6.1.5.5.7.3.9",
  microsoft_server_gated_crypto: "1.3.6.1.4.1.311.10.3.3",
  netscape_server_gated_crypto: "2.16.840.1.113730.4.1",
  microsoft_commercial_code_signing: "1.3.6.1.4.1.311.2.1.22",
  microsoft_kernel_code_signing: "1.3.6.1.4.1.311.61.1.1",
} as const;

/**
 * The values of `allowedUses`. The SDK's documentation spells them in camel case, the official plugin accepts
 * these.
 */
export const ALLOWED_USES: readonly string[] = [
  ...Object.keys(KEY_USAGES),
  ...Object.keys(EXTENDED_KEY_USAGES),
].toSorted();

/** The key usage bits and the extended key usages that the values stand for. */
export function usages(allowedUses: Plain | undefined): {
  readonly flags: KeyUsageFlags | undefined;
  readonly extended: readonly string[];
} {
  const uses = Array.isArray(allowedUses) ? allowedUses : [];
  const bits: KeyUsageFlags[] = Object.entries(KEY_USAGES).flatMap(([name, bit]) =>
    uses.includes(name) ? [bit] : [],
  );
  // eslint-disable-next-line @typescript-eslint/no-unsafe-enum-assignment -- a sum of flags is no flag by itself
  const sum = bits.reduce<number>((all, bit) => all | bit, 0) as KeyUsageFlags;
  const flags = bits.length === 0 ? undefined : sum;
  const extended = uses.flatMap((use) =>
    typeof use === "string" && Object.hasOwn(EXTENDED_KEY_USAGES, use)
      ? [EXTENDED_KEY_USAGES[use as keyof typeof EXTENDED_KEY_USAGES]]
      : [],
  );
  return { flags, extended };
}
