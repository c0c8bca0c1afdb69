import { powerOfTwoFrom } from './shared-arrays.ts';
import { enterNumber, findNumber } from './term-id.ts';

const maxWords = 100_000;

/** The term ids of words met before, by the hash of how they are written: looking one up makes no string. */
export class KnownWords {
  private count = 0;
  private readonly hashes = new Float64Array(maxWords);
  private readonly termIds = new Float64Array(maxWords);
  private readonly table = new Uint32Array(powerOfTwoFrom(maxWords * 1.5));

  /** Undefined for one that is not known. */
  get(hash: number): number | undefined {
    const number = findNumber(this.table, this.hashes, hash);
    return number < 0 ? undefined : (this.termIds[number] as number);
  }

  set(hash: number, termId: number): void {
    if (this.count === maxWords) {
      this.table.fill(0);
      this.count = 0;
    }
    this.hashes[this.count] = hash;
    this.termIds[this.count] = termId;
    enterNumber(this.table, hash, this.count++);
  }
}
