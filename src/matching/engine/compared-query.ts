import type { QueryReading } from './query-reading.ts';
import { addOccurrence, smallerCounts } from './term-counts.ts';
import { enterNumber, findNumber, pairId, termId } from './term-id.ts';
import type { FieldTokens } from './types.ts';

/** Lists one after the other: list `at` is what lies between starts[at] and starts[at + 1]. */
type Lists = { starts: Uint32Array; items: Uint16Array };

/** How a concept enters the score. */
export const isTranslated = 1;
export const isPair = 2;
/** It stands in the query's title or keywords. */
export const isInHeading = 4;

/**
 * A reading made ready to be compared with many documents: what a document costs depends on the words it shares with the query, not on
 * how many words the query and its translations have. Flat arrays, because thousands of readings are kept.
 */
export class ComparedQuery {
  /** Of each concept, in the reading's order: the marks above. */
  readonly marks: Uint8Array;
  private readonly membersOf: Lists;
  private readonly memberWeights: Float64Array;
  private readonly termsOf: Lists;
  private readonly conceptsOf: Lists;
  private readonly ids: Float64Array;
  private readonly table: Uint32Array;
  private readonly counts: Uint16Array;
  private touched: number[] = [];

  constructor({ occurrences }: QueryReading) {
    const numbers = new Map<number, number>();
    const numberOf = (term: string): number => {
      const id = termId(term);
      const number = numbers.get(id) ?? numbers.size;
      numbers.set(id, number);
      return number;
    };
    const members = occurrences.flatMap((occurrence) => occurrence.members);
    const termsOf = members.map(({ terms }) => terms.map(numberOf));
    let member = 0;
    const membersOf = occurrences.map((occurrence) => occurrence.members.map(() => member++));
    const conceptsOf = Array.from(numbers, (): number[] => []);
    membersOf.forEach((own, concept) => {
      for (const number of new Set(own.flatMap((at) => termsOf[at] ?? []))) {
        conceptsOf[number]?.push(concept);
      }
    });
    this.marks = Uint8Array.from(
      occurrences,
      ({ kind, places }) =>
        (kind === 'translated' ? isTranslated : 0) |
        (kind === 'pair' ? isPair : 0) |
        (places.some(({ field }) => field !== 'body') ? isInHeading : 0),
    );
    this.membersOf = listsOf(membersOf);
    this.memberWeights = Float64Array.from(members, ({ weight }) => weight);
    this.termsOf = listsOf(termsOf);
    this.conceptsOf = listsOf(conceptsOf);
    this.ids = Float64Array.from(numbers.keys());
    this.table = new Uint32Array(2 ** Math.ceil(Math.log2(2 * numbers.size + 2)));
    this.ids.forEach((id, number) => {
      enterNumber(this.table, id, number);
    });
    this.counts = new Uint16Array(numbers.size);
  }

  /** The concepts of which a document holds a term, ascending; `frequency` is about that document from then on. */
  meet(fields: readonly FieldTokens[]): Uint32Array {
    for (const number of this.touched) {
      this.counts[number] = 0;
    }
    this.touched = [];
    fields.forEach(({ terms, joined }, field) => {
      for (let at = 0; at < terms.length; at++) {
        const id = terms[at] as number;
        this.count(id, field);
        if (joined[at] === 1) {
          this.count(pairId(terms[at - 1] as number, id), field);
        }
      }
    });
    const met = new Set<number>();
    const { starts, items } = this.conceptsOf;
    for (const number of this.touched) {
      for (let at = starts[number] as number; at < (starts[number + 1] as number); at++) {
        met.add(items[at] as number);
      }
    }
    return Uint32Array.from(met).sort();
  }

  /** A concept's frequency in the document: its members' counts by what each is worth, added up. */
  frequency(concept: number, worth: (packed: number) => number): number {
    const { starts } = this.membersOf;
    let sum = 0;
    for (let member = starts[concept] as number; member < (starts[concept + 1] as number); member++) {
      sum += (this.memberWeights[member] as number) * worth(this.countOf(member));
    }
    return sum;
  }

  /** The fewest of the member's terms, field by field. */
  private countOf(member: number): number {
    const { starts, items } = this.termsOf;
    const end = starts[member + 1] as number;
    let at = starts[member] as number;
    let packed = at === end ? 0 : (this.counts[items[at] as number] as number);
    while (++at < end && packed > 0) {
      packed = smallerCounts(packed, this.counts[items[at] as number] as number);
    }
    return packed;
  }

  private count(id: number, field: number): void {
    const number = findNumber(this.table, this.ids, id);
    if (number >= 0) {
      const packed = this.counts[number] as number;
      if (packed === 0) {
        this.touched.push(number);
      }
      this.counts[number] = addOccurrence(packed, field);
    }
  }
}

function listsOf(lists: readonly (readonly number[])[]): Lists {
  const starts = new Uint32Array(lists.length + 1);
  lists.forEach((list, at) => {
    starts[at + 1] = (starts[at] as number) + list.length;
  });
  return { starts, items: Uint16Array.from(lists.flat()) };
}
