export { CloudController, type CloudControllerOptions, type PublicIpBinder } from "./controller";
export { AddressPool } from "./pool";
export { pooledAddress } from "./service";
