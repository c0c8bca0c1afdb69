import { ConfigError } from '../../src/config.ts';
import type { Deps } from '../../src/deps.ts';
import { actingAdministrator } from './acting.ts';
import { type Door, signIn } from './api.ts';
import { castOf, director, samplePassword } from './cast.ts';
import { type Loading, loadSample } from './load-sample.ts';
import { nextPair } from './next-pair.ts';
import { type Present, readPresent } from './present.ts';
import { createProgress } from './progress.ts';
import { readSample, type Sample } from './sample.ts';
import { matchLines, signInLines, storyLines } from './screen.ts';
import { waitUntilSettled } from './settle.ts';
import { playStory } from './story.ts';

export interface Play {
  deps: Deps;
  administrator: {
    email: string;
    password: string /** Made by the demo, not by who configured it. */;
    isOurs: boolean;
  };
  baseUrl: string;
  signal: AbortSignal;
}

/** Loads what is missing of the sample, plays the next story, and prints both on one screen. */
export async function playDemo({ deps, administrator, baseUrl, signal }: Play): Promise<void> {
  const door: Door = { baseUrl, signal };
  const sample = readSample();
  const loadedInMs = await load(deps, sample, door, administrator);
  const present = await presentFor(deps, door, administrator);
  const pair = await nextPair(sample, present, await signIn(door, director.email, samplePassword));
  const lines = [titleLine(sample, loadedInMs)];
  if (pair === null) {
    lines.push('Every known pair has been introduced; remove DATA_DIR/demo to begin again. 所有样例配对均已牵线。');
  } else {
    if (pair !== sample.pairs[0])
      lines.push('The first story has been told: this is the next known pair. 这是下一个样例配对。');
    const story = await playStory(door, pair, castOf(sample, pair));
    lines.push(...storyLines(story.steps), '', ...matchLines(story, pair.demand.language ?? 'zh'));
  }
  lines.push('', ...signInLines(sample, administrator), '');
  lines.push(`API ${baseUrl}/docs   OpenAPI ${baseUrl}/openapi.json`);
  process.stdout.write(`${lines.join('\n')}\n`);
}

async function presentFor(deps: Deps, door: Door, administrator: Play['administrator']): Promise<Present> {
  const { session } = await signIn(door, administrator.email, administrator.password);
  return await readPresent(deps.ctxFor(actingAdministrator(session.user.id)));
}

/** @returns null when all of it was there */
async function load(
  deps: Deps,
  sample: Sample,
  door: Door,
  administrator: Play['administrator'],
): Promise<number | null> {
  const startedAtMs = performance.now();
  const { session } = await signIn(door, administrator.email, administrator.password);
  const actor = actingAdministrator(session.user.id);
  const present = await readPresent(deps.ctxFor(actor));
  const wasComplete = isComplete(sample, present);
  const progress = createProgress(process.stderr);
  const loading: Loading = { deps, sample, present, administrator: actor, progress, signal: door.signal };
  try {
    if (!wasComplete) await loadSample(loading);
    await waitUntilSettled(deps.db, progress, door.signal);
  } finally {
    progress.end();
  }
  return wasComplete ? null : performance.now() - startedAtMs;
}

/**
 * Before anything is written, the administrator's account with its known password above all.
 * @throws ConfigError for a database with markets or organizations and without the sample's director: it is somebody's own
 */
export async function requireSampleDatabase(deps: Deps): Promise<void> {
  const present = await readPresent(deps.ctxFor(actingAdministrator(nobody)));
  if (present.people.has(director.email) || (present.organizations.size === 0 && present.markets.size === 0)) return;
  throw new ConfigError(
    'DATABASE_URL names a database with organizations of its own, which sample data must not mix with: name an empty one, or unset it.\nDATABASE_URL 指向的数据库已有业务数据，请换一个空数据库，或不设置该变量。',
  );
}

const nobody = '00000000-0000-0000-0000-000000000000';

function isComplete(sample: Sample, present: Present): boolean {
  const published = (rows: Present['demands'] | Present['results']) =>
    [...rows.values()].filter((row) => row.publishedAt !== null).length;
  return published(present.demands) >= sample.demands.length && published(present.results) >= sample.results.length;
}

function titleLine(sample: Sample, loadedInMs: number | null): string {
  const counts = `${sample.organizations.size} organizations, ${sample.marketRegions.length} markets, ${sample.demands.length} demands, ${sample.results.length} results`;
  const loaded = loadedInMs === null ? 'there already' : `loaded in ${(loadedInMs / 1000).toFixed(1)} s`;
  return `Duijie 对接 demo: ${counts} (invented 虚构), ${loaded}`;
}
