import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createTestDatabase } from '../setup/database.ts';
import { buildProgram, Program } from './program.ts';
import { openTheMarket, playMainJob } from './story.ts';

beforeAll(buildProgram, 120_000);

describe('the main job on the embedded default', () => {
  const program = new Program();
  beforeAll(() => program.start());
  afterAll(() => program.remove());

  it('goes from two markets to a joint project, over HTTP alone', async () => {
    const cast = await openTheMarket(program.baseUrl, { name: 'alpha', demandRegion: '430200', resultRegion: '640100' });
    await playMainJob(cast);
  });
});
void [createTestDatabase, pg, readFile, join, expect];
