export { claimBlock, releaseBlock, type BlockClaim, type ClaimOptions } from "./claim";
export {
  BLOCKS,
  REGION_SLOTS,
  armAddress,
  fixedEndpoints,
  regionAddresses,
  type IstiodPorts,
  type RegionAddresses,
} from "./layout";
export { settleSlots, type SlotQuestion } from "./slots";
export { makeFolder, userFolder } from "./user-folder";
