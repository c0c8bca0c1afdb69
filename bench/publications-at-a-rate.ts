import { setTimeout as pause } from 'node:timers/promises';
import type pg from 'pg';
import type { Caller } from '../workers/demo/api.ts';
import { readSample, type SampleDemand } from '../workers/demo/sample.ts';
import { mulberry32 } from './synthetic.ts';

/** How PostgreSQL must run for `timesOf`: it then knows when each transaction was committed. */
export const settingsForTimes = { track_commit_timestamp: 'on' };

/** Milliseconds from the moment at which a publication was due, not from when it got its turn. */
export interface PublicationTimes {
  /** Until the publication was answered. */
  answered: number[];
  /** Until the first match of the demand was committed. */
  matched: number[];
  /** Until a notice of one of its matches was committed to an inbox of the demand's own organization. */
  noticed: number[];
  /** Demands that got no match, or no notice, within the patience. */
  unmatched: number;
  unnoticed: number;
  /** From the last publication that was due until nothing was owed. */
  drainedMs: number;
}

const preparedAtOnce = 4;

/**
 * Demands that wait for their publication, of the organizations in turn: each has the text of one of the sample's with two sentences
 * of others mixed in (mulberry32 with a seed), so that no two are the same and each has results that suit it.
 */
export async function prepareDemands(owners: readonly Caller[], count: number): Promise<string[]> {
  const demands = readSample().pairs.map(({ demand }) => demand);
  const sentences = demands.flatMap(({ problem }) => (problem ?? '').split(/(?<=[。.；;])/)).filter(Boolean);
  const random = mulberry32(20_261_122);
  const anyOf = <Item>(items: readonly Item[]) => items[Math.floor(random() * items.length)] as Item;
  const inputs = Array.from({ length: count }, (_, at) => {
    const { key: _key, organization: _organization, ...input } = demands[at % demands.length] as SampleDemand;
    return {
      ...input,
      title: `${input.title}（${at + 1}）`,
      problem: `${input.problem ?? ''}${anyOf(sentences)}${anyOf(sentences)}`,
    };
  });
  const waiting: string[] = [];
  async function prepare(): Promise<void> {
    for (let at = waiting.length; inputs.length > 0; at += 1) {
      const owner = owners[at % owners.length] as Caller;
      const { id } = await owner.post<{ id: string }>('/v1/demands', inputs.pop());
      await owner.post(`/v1/demands/${id}/submit`);
      waiting.push(id);
    }
  }
  await Promise.all(Array.from({ length: preparedAtOnce }, prepare));
  return waiting;
}

/** Open loop: each publication starts when it is due, whether or not those before it have been answered. */
export async function publishAtRate(
  broker: Caller,
  waiting: readonly string[],
  perSecond: number,
  database: pg.Client,
  patienceMs: number,
): Promise<PublicationTimes> {
  const startMs = Date.now() + 1_000;
  const answered: number[] = [];
  const published = waiting.map(async (id, at) => {
    const dueMs = startMs + (at * 1_000) / perSecond;
    await pause(dueMs - Date.now());
    await broker.post(`/v1/demands/${id}/publish`);
    answered.push(Date.now() - dueMs);
  });
  await Promise.all(published);
  const lastDueMs = startMs + ((waiting.length - 1) * 1_000) / perSecond;
  while (Date.now() - lastDueMs < patienceMs && (await isOwed(database))) await pause(50);
  const drainedMs = Date.now() - lastDueMs;
  const times = await timesOf(database, waiting);
  const matched: number[] = [];
  const noticed: number[] = [];
  waiting.forEach((id, at) => {
    const dueMs = startMs + (at * 1_000) / perSecond;
    const { matchedMs = null, noticedMs = null } = times.get(id) ?? {};
    if (matchedMs !== null) matched.push(matchedMs - dueMs);
    if (noticedMs !== null) noticed.push(noticedMs - dueMs);
  });
  return {
    answered,
    matched,
    noticed,
    unmatched: waiting.length - matched.length,
    unnoticed: waiting.length - noticed.length,
    drainedMs,
  };
}

/** What loading the sample and making the demands left to do is not the publications'. */
export async function untilNothingIsOwed(database: pg.Client): Promise<void> {
  while (await isOwed(database)) await pause(250);
}

async function isOwed(database: pg.Client): Promise<boolean> {
  const { rows } = await database.query(
    `select from deliveries where status in ('pending', 'published') and handler in ('refresh-matches', 'notify') limit 1`,
  );
  return rows.length > 0;
}

/** When it was committed, to the millisecond: messages and notices are written once, so their rows are those transactions'. */
async function timesOf(database: pg.Client, waiting: readonly string[]) {
  const { rows } = await database.query<{ id: string; matchedMs: number | null; noticedMs: number | null }>(
    `select d.id, extract(epoch from min(pg_xact_commit_timestamp(m.xmin)))::float8 * 1000 as "matchedMs",
       extract(epoch from min(pg_xact_commit_timestamp(n.xmin)))::float8 * 1000 as "noticedMs"
     from demands d
     join matches on matches.demand_id = d.id
     join messages m on m.type = 'match.suggested' and m.subject_id = matches.id
     left join notifications n on n.message_id = m.id and n.organization_id = d.organization_id
     where d.id = any ($1::uuid[]) group by d.id`,
    [waiting],
  );
  return new Map(rows.map((row) => [row.id, row]));
}
