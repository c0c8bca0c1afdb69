const initialCapacity = 1_024;
const maxFill = 0.6;

/**
 * Numbers terms from 0 on. Instead of the strings it keeps 64 bits of hash in flat arrays: word pairs are many, and a Map ends
 * at 2^24 entries. Two of 100 million terms share a number with a probability of about 0.0003; they would count as one term.
 */
export class TermTable {
  size = 0;
  private capacity = initialCapacity;
  private low = new Uint32Array(initialCapacity);
  private high = new Uint32Array(initialCapacity);
  /** Number plus one; 0 marks a free place. */
  private numbers = new Uint32Array(initialCapacity);

  /** -1 for a term that has no number. */
  find(term: string): number {
    const [low, high] = hash(term);
    return (this.numbers[this.placeOf(low, high)] ?? 0) - 1;
  }

  findOrAdd(term: string): number {
    const [low, high] = hash(term);
    const place = this.placeOf(low, high);
    const known = this.numbers[place] ?? 0;
    if (known > 0) {
      return known - 1;
    }
    this.put(place, low, high, ++this.size);
    if (this.size > this.capacity * maxFill) {
      this.grow();
    }
    return this.size - 1;
  }

  private placeOf(low: number, high: number): number {
    const mask = this.capacity - 1;
    let place = low & mask;
    while (this.numbers[place] !== 0 && (this.low[place] !== low || this.high[place] !== high)) {
      place = (place + 1) & mask;
    }
    return place;
  }

  private put(place: number, low: number, high: number, number: number): void {
    this.low[place] = low;
    this.high[place] = high;
    this.numbers[place] = number;
  }

  private grow(): void {
    const { low, high, numbers } = this;
    this.capacity *= 2;
    this.low = new Uint32Array(this.capacity);
    this.high = new Uint32Array(this.capacity);
    this.numbers = new Uint32Array(this.capacity);
    numbers.forEach((number, at) => {
      if (number > 0) {
        this.put(this.placeOf(low[at] ?? 0, high[at] ?? 0), low[at] ?? 0, high[at] ?? 0, number);
      }
    });
  }
}

/** cyrb53's two lanes (bryc, public domain), both kept whole. */
function hash(term: string): [low: number, high: number] {
  let low = 0xdeadbeef;
  let high = 0x41c6ce57;
  for (let at = 0; at < term.length; at++) {
    const unit = term.charCodeAt(at);
    low = Math.imul(low ^ unit, 2_654_435_761);
    high = Math.imul(high ^ unit, 1_597_334_677);
  }
  low = Math.imul(low ^ (low >>> 16), 2_246_822_507) ^ Math.imul(high ^ (high >>> 13), 3_266_489_909);
  high = Math.imul(high ^ (high >>> 16), 2_246_822_507) ^ Math.imul(low ^ (low >>> 13), 3_266_489_909);
  return [low >>> 0, high >>> 0];
}
