import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Client, Reply } from './client.ts';
import { buildProgram, Program } from './program.ts';
import { openTheMarket, playMainJob, type Stage } from './story.ts';

/** `POWER_CUTS=20 npx vitest run tests/journeys/power-cuts.test.ts` for more, at most 20. */
const cuts = Number(process.env.POWER_CUTS ?? 4);

/** Mulberry32, so that a failure can be repeated. */
function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
  };
}

/** Each story has two markets of its own: cities of Henan and Jiangsu, of Guangdong and Sichuan, one after the other. */
const cities = (province: string, count: number) =>
  Array.from({ length: count }, (_, at) => `${province}${String(at + 1).padStart(2, '0')}00`);
const demandCities = [...cities('41', 17), ...cities('32', 3)];
const resultCities = [...cities('44', 9), ...cities('36', 11)];

function stageOf(at: number): Stage {
  return { name: `cut${at}`, demandRegion: demandCities[at] ?? '', resultRegion: resultCities[at] ?? '' };
}

/** The request that each cut follows. Steps 9 and 10 only read: what happens then is the workers' doing after 8's last. */
const moments: { step: number; after: RegExp }[] = [
  { step: 7, after: /demands\/[^/]+\/publish$/ },
  { step: 10, after: /results\/[^/]+\/publish$/ },
  { step: 11, after: /introductions$/ },
  { step: 12, after: /accept$/ },
  { step: 7, after: /demands\/[^/]+\/submit$/ },
  { step: 8, after: /results$/ },
  { step: 9, after: /results\/[^/]+\/publish$/ },
  { step: 11, after: /shortlist$/ },
];

/**
 * The whole process, database and all, ends by kill -9 within half a second after a seeded step of 7 to 12, and starts
 * again; a request that got no answer is repeated with its Idempotency-Key. The story completes, each notice comes once.
 */
describe('a power cut at any moment', () => {
  const program = new Program();
  const random = seeded(20261122);
  beforeAll(async () => {
    await buildProgram();
    await program.start();
  }, 240_000);
  afterAll(() => program.remove());

  /** Sends a request; when the cut falls into it or after it, starts the program again and repeats what was not answered. */
  function sendWithCut(after: RegExp, delayMs: number) {
    let due = true;
    let revived: Promise<void> = Promise.resolve();
    return async (_step: number, who: Client, path: string, body?: unknown): Promise<Reply> => {
      await revived;
      const key = { 'idempotency-key': randomUUID() };
      if (!due || !after.test(path)) return await who.send('POST', path, body, key);
      due = false;
      revived = new Promise((resolve) => setTimeout(resolve, delayMs))
        .then(() => program.kill())
        .then(() => program.start());
      const first = await who.send('POST', path, body, key).catch(() => null);
      await revived;
      const repeated = await who.send('POST', path, body, key);
      if (first !== null) expect(repeated).toEqual(first);
      return repeated;
    };
  }

  for (let at = 0; at < cuts; at += 1) {
    const { step, after } = moments[at % moments.length] ?? { step: 7, after: /submit$/ };
    const delayMs = Math.floor(random() * 500);
    it(`story ${at + 1} survives a cut ${delayMs} ms into step ${step}`, async () => {
      const cast = await openTheMarket(program.baseUrl, stageOf(at));
      await playMainJob(cast, sendWithCut(after, delayMs));
    }, 90_000);
  }
});
