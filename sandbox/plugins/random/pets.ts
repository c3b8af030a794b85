import { randomInt } from "node:crypto";

const ADVERBS = ["barely", "calmly", "deeply", "firmly", "gently", "kindly", "neatly", "quietly", "rarely"];
const ADJECTIVES = ["able", "brave", "calm", "eager", "fair", "glad", "keen", "proud", "swift", "warm"];
const ANIMALS = ["badger", "beaver", "crane", "falcon", "ferret", "heron", "lynx", "otter", "raven", "wren"];

/** Words of a pet's name: adverbs, an adjective, an animal; a single word is an animal. */
export function petName(words: number): string[] {
  return Array.from({ length: words }, (_, index) => {
    const fromEnd = words - index;
    if (fromEnd === 1) return pick(ANIMALS);
    return pick(fromEnd === 2 ? ADJECTIVES : ADVERBS);
  });
}

function pick(words: readonly string[]): string {
  return words[randomInt(words.length)] ?? "";
}
