import type { MatchDemand, MatchResult, RecordKey } from './types.ts';

/**
 * Records of one side that were candidates last, by id and revision: the same ones are candidates again and again, so each is sent and
 * read once. What says no revision is not kept.
 */
export class KeptRecords<Kept extends MatchDemand | MatchResult> {
  private readonly maxCharacters: number;
  /** The one that was asked for longest ago comes first. */
  private readonly records = new Map<string, Kept>();
  private characters = 0;

  constructor(maxCharacters: number) {
    this.maxCharacters = maxCharacters;
  }

  /** Given records and those known by their keys, as one list; or the ids of those that were never given, or have been given up. */
  gather(given: readonly Kept[], known: readonly RecordKey[]): { records: Kept[]; missing: string[] } {
    const held = known.map((key) => this.find(key));
    const missing = known.filter((_, at) => held[at] === undefined).map(({ id }) => id);
    const records = [...given.map((record) => this.keep(record)), ...held.filter((record) => record !== undefined)];
    this.makeRoom();
    return { records, missing };
  }

  private find({ id, revision }: RecordKey): Kept | undefined {
    const key = `${id}:${revision}`;
    const record = this.records.get(key);
    if (record !== undefined) {
      this.records.delete(key);
      this.records.set(key, record);
    }
    return record;
  }

  /** @returns the same record as it was given first: what has been made of it is made once */
  private keep(record: Kept): Kept {
    const { id, revision } = record;
    if (revision === undefined) {
      return record;
    }
    const before = this.find({ id, revision });
    if (before !== undefined) {
      return before;
    }
    this.records.set(`${id}:${revision}`, record);
    this.characters += lengthOf(record);
    return record;
  }

  private makeRoom(): void {
    for (const [key, oldest] of this.records) {
      if (this.characters <= this.maxCharacters) {
        return;
      }
      this.records.delete(key);
      this.characters -= lengthOf(oldest);
    }
  }
}

function lengthOf(record: MatchDemand | MatchResult): number {
  const texts =
    'problem' in record
      ? [record.problem, record.keyTechnology, record.expectedOutcome, record.alreadyTried, record.notAcceptable]
      : [record.description, record.advantages];
  return [record.title, record.summary, ...texts].reduce((sum, text) => sum + (text?.length ?? 0), 0);
}
