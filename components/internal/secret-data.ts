import * as pulumi from "@pulumi/pulumi";

/**
 * Files as the `data` of a Secret. Not `stringData`: that is write-only, so a Secret edited by hand would
 * never show as drift.
 */
export function secretData(
  files: pulumi.Input<Record<string, string>>,
): pulumi.Output<Record<string, string>> {
  return pulumi.secret(
    pulumi
      .output(files)
      .apply((plain) =>
        Object.fromEntries(
          Object.entries(plain).map(([file, text]) => [file, Buffer.from(text).toString("base64")]),
        ),
      ),
  );
}
