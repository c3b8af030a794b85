import { z } from "zod";

/** A value that YAML or `pulumi config set --path` may have turned into a number or boolean on its way. */
export const scalarText = z.union([z.string(), z.number(), z.boolean()]).transform((value) => String(value));

/** AKS refuses a DNS prefix of more than 54 characters, and `<region>-cluster` is ours. */
export const REGION_NAME_LENGTH = 54 - "-cluster".length;

/** A DNS label: what Kubernetes takes as the name of most things. */
export const dnsLabelName = z
  .string()
  .max(63)
  .regex(/^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/);

/** Key of a Kubernetes label, with or without a prefix. */
export const labelKey = z
  .string()
  .regex(/^([a-z0-9]([-a-z0-9.]{0,251}[a-z0-9])?\/)?[A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?$/);

/** Value of a Kubernetes label. */
export const labelValue = scalarText.pipe(
  z.string().regex(/^([A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?)?$/),
);

/** An IPv4 range; whether it is well formed is said by the cross-field checks, in better words. */
export const cidrText = z.string();
