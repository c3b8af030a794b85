import { REGION_SLOTS } from "./layout";

/** What the slots of a sandbox's regions are worked out from. */
export interface SlotQuestion {
  /** Slots by region, as they were settled before. */
  readonly before: Readonly<Record<string, number>>;
  /** Regions that are to have one, in the order in which free ones are given out. */
  readonly wanted: readonly string[];
  /** Regions of which anything stands, wanted or not: their stored state names their addresses. */
  readonly standing: readonly string[];
  /** Slots that the ARM stand-in has settled by itself: of a location, or of a further cluster in one. */
  readonly own: Readonly<Record<string, number>>;
}

/**
 * Slots of the regions: what was settled stays as long as the region is wanted or anything of it stands, and a
 * new region gets the first slot that nobody has. Pure; the caller keeps the answer.
 */
export function settleSlots(question: SlotQuestion): Readonly<Record<string, number>> {
  const { before, wanted, standing, own } = question;
  const kept = Object.entries(before).filter(
    ([region]) => wanted.includes(region) || standing.includes(region),
  );
  const slots: Record<string, number> = Object.fromEntries(kept);
  for (const region of wanted) slots[region] ??= own[region] ?? freeSlot(slots, own, region);
  return slots;
}

function freeSlot(
  slots: Readonly<Record<string, number>>,
  own: Readonly<Record<string, number>>,
  region: string,
): number {
  const used = new Set([...Object.values(slots), ...Object.values(own)]);
  for (let slot = 0; slot < REGION_SLOTS; slot += 1) if (!used.has(slot)) return slot;
  throw new Error(
    `Region ${region} finds no addresses in this sandbox: it has room for ${REGION_SLOTS} clusters, and those are ` +
      `taken by ${[...Object.keys(slots), ...Object.keys(own)].toSorted().join(", ")}. Take one that is not needed ` +
      "out of the regions table, after npx mesh sandbox down --region <name>.",
  );
}
