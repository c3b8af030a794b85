export { CloudController, type CloudControllerOptions, type PublicIpBinder } from "./controller";
