import { median } from '../../bench/api/measures.ts';

/** Of one process, as it says at /metrics. */
interface Reading {
  share: number;
  residentBytes: number;
  heapUsedBytes: number;
}

/** Both are under the same load, and by the earlier one every part has met what it caches. */
const compared = { early: [1 / 6, 2 / 6], late: [5 / 6, 1] } as const;
/** Shorter runs show how a process warms up, not whether it leaks. */
const judgedFromMinutes = 10;
const maxGrowthPercent = 10;

/** What a process that lives through a run uses of memory, read again and again. */
export class MemoryWatch {
  readonly #name: string;
  readonly #metricsUrl: string;
  readonly #readings: Reading[] = [];

  constructor(name: string, metricsUrl: string) {
    this.#name = name;
    this.#metricsUrl = metricsUrl;
  }

  /** @param share of the run that is over, from 0 to 1; a process that cannot answer now is not read */
  async read(share: number): Promise<void> {
    const text = await fetch(this.#metricsUrl).then(
      async (answer) => (answer.ok ? await answer.text() : null),
      () => null,
    );
    if (text === null) return;
    const residentBytes = gaugeOf(text, 'process_resident_memory_bytes');
    const heapUsedBytes = gaugeOf(text, 'nodejs_heap_size_used_bytes');
    this.#readings.push({ share, residentBytes, heapUsedBytes });
  }

  figures(): Record<string, number> {
    const of = (measure: 'residentBytes' | 'heapUsedBytes') => {
      const early = this.#median(measure, compared.early);
      const late = this.#median(measure, compared.late);
      return { megabytes: late / 2 ** 20, growthPercent: (late / early - 1) * 100 };
    };
    const [resident, heap] = [of('residentBytes'), of('heapUsedBytes')];
    return {
      [`${this.#name}ResidentMegabytes`]: resident.megabytes,
      [`${this.#name}ResidentGrowthPercent`]: resident.growthPercent,
      [`${this.#name}HeapMegabytes`]: heap.megabytes,
      [`${this.#name}HeapGrowthPercent`]: heap.growthPercent,
    };
  }

  /** @returns what is wrong with a run of so many minutes */
  complaints(minutes: number): string[] {
    if (minutes < judgedFromMinutes) return [];
    const percent = this.figures()[`${this.#name}ResidentGrowthPercent`] ?? Number.NaN;
    return percent < maxGrowthPercent ? [] : [`the ${this.#name} grew by ${percent.toFixed(1)} %`];
  }

  #median(measure: 'residentBytes' | 'heapUsedBytes', [from, to]: readonly [number, number]): number {
    return median(this.#readings.filter(({ share }) => share >= from && share <= to).map((one) => one[measure]));
  }
}

export async function residentBytesOf(metricsUrl: string): Promise<number> {
  const answer = await fetch(metricsUrl);
  return gaugeOf(await answer.text(), 'process_resident_memory_bytes');
}

function gaugeOf(text: string, name: string): number {
  return Number(new RegExp(`^${name} (\\S+)$`, 'm').exec(text)?.[1]);
}
