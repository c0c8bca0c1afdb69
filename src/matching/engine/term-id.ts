/**
 * Terms go by hashes that fit a safe integer, so segments, replicas and snapshots agree without numbering anything. Words have
 * 51 bits (two of a million words share an id with a probability of 0.0002). Pairs are far more and cost memory by the bit:
 * 38 bits; a pair of a query meets a stranger among 33 million with a probability of 0.0001, and then counts as it.
 */
const highUnit = 2 ** 32;
const tagsFrom = 2 ** 51;
const pairsFrom = 2 ** 52;
const wordHighMask = 0x7ffff;
export const pairKeyBits = 38;
const pairHighMask = 2 ** (pairKeyBits - 32) - 1;

/** The id of a term as the analysis writes it: one word, or two joined by a blank. */
export function termId(term: string): number {
  const blank = term.indexOf(' ');
  return blank < 0 ? hash(term) : pairId(hash(term.slice(0, blank)), hash(term.slice(blank + 1)));
}

/** The id of two neighbouring words, from theirs; the same whichever comes first. */
export function pairId(one: number, other: number): number {
  const first = Math.min(one, other);
  const second = Math.max(one, other);
  const a = first | 0;
  const b = second | 0;
  const low = finish(Math.imul(a, 0x9e3779b1) ^ (Math.imul(b, 0x85ebca6b) + 0x7f4a7c15));
  const highs = Math.imul(Math.floor(first / highUnit), 0x27d4eb2f) + Math.floor(second / highUnit);
  const high = finish(highs ^ Math.imul(b, 0xc2b2ae35) ^ Math.imul(a, 0x165667b1));
  return pairsFrom + (high & pairHighMask) * highUnit + low;
}

/** Tags are indexed like terms and never meet one. */
export function tagId(tag: string): number {
  return tagsFrom + hash(tag);
}

export function isPairId(id: number): boolean {
  return id >= pairsFrom;
}

/** The hash bits of a pair's id, 0 to 2^38 - 1; pairs are kept in this order. */
export function pairKey(id: number): number {
  return id - pairsFrom;
}

export function pairOfKey(key: number): number {
  return pairsFrom + key;
}

function hash(text: string): number {
  return wordIdBetween(text, 0, text.length);
}

/** The id of the word that stands between two places of a text: cyrb53 (bryc, public domain), its lanes cut to 51 bits. */
export function wordIdBetween(text: string, start: number, end: number): number {
  let low = 0xdeadbeef;
  let high = 0x41c6ce57;
  for (let at = start; at < end; at++) {
    const unit = text.charCodeAt(at);
    low = Math.imul(low ^ unit, 2_654_435_761);
    high = Math.imul(high ^ unit, 1_597_334_677);
  }
  low = Math.imul(low ^ (low >>> 16), 2_246_822_507) ^ Math.imul(high ^ (high >>> 13), 3_266_489_909);
  high = Math.imul(high ^ (high >>> 16), 2_246_822_507) ^ Math.imul(low ^ (low >>> 13), 3_266_489_909);
  return (high & wordHighMask) * highUnit + (low >>> 0);
}

/** MurmurHash3's finalizer (Appleby, public domain). */
function finish(value: number): number {
  let mixed = Math.imul(value ^ (value >>> 16), 0x85ebca6b);
  mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35);
  return (mixed ^ (mixed >>> 16)) >>> 0;
}

/**
 * Looks an id up in a table of open addressing whose places hold numbers plus one (0: free); `ids` gives each number's id.
 * Ids are hashes, so their low bits choose the place. -1 for an id that is not there.
 */
export function findNumber(table: Uint32Array, ids: Float64Array, id: number): number {
  const mask = table.length - 1;
  for (let place = id & mask; ; place = (place + 1) & mask) {
    const number = table[place] as number;
    if (number === 0 || ids[number - 1] === id) {
      return number - 1;
    }
  }
}

/** Enters a number whose id is not in the table yet. */
export function enterNumber(table: Uint32Array, id: number, number: number): void {
  const mask = table.length - 1;
  let place = id & mask;
  while (table[place] !== 0) {
    place = (place + 1) & mask;
  }
  table[place] = number + 1;
}
