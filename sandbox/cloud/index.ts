export { CloudController, type CloudControllerOptions, type PublicIpBinder } from "./controller";
export { PublicRelay, type Backend } from "./public-relay";
export { AddressPool } from "./pool";
export { pooledAddress } from "./service";
