import { version } from "@pulumi/azure-native/package.json";
import { serve } from "../wire";
import { ArmClient } from "./client";
import { AzureNative } from "./provider";

const url = process.env["SANDBOX_ARM_URL"];
const tokenFile = process.env["SANDBOX_ARM_TOKEN_FILE"];
if (url === undefined || tokenFile === undefined) {
  throw new Error(
    "SANDBOX_ARM_URL and SANDBOX_ARM_TOKEN_FILE must say where the ARM stand-in is: start this plugin by its script.",
  );
}
serve(new AzureNative({ version: version, client: new ArmClient({ url, tokenFile }) }));
