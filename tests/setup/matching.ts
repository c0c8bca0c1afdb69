import { readdirSync, readFileSync } from 'node:fs';
import { expect } from 'vitest';
import { type MatchIndex, type RefreshOutcome, refreshMatches } from '../../src/matches/service.ts';
import { createMatchIndex } from '../../workers/readers/match-index.ts';
import type { Body, TestApi, World } from './api.ts';
import { publishDemand, publishResult } from './api.ts';

/** The matching worker's part, run when a test says so. */
export interface Matching {
  index: MatchIndex;

  /**
   * What the last change of a record owes; with `claim`, as the job that fulfils its delivery. `beforeWriting` is called
   * when the run has computed what it wants to write.
   */
  refresh(
    subjectType: 'demand' | 'result' | 'organization' | 'restriction',
    subjectId: string,
    options?: { claim?: boolean; beforeWriting?: () => Promise<void> },
  ): Promise<RefreshOutcome>;
  stop(): Promise<void>;
}

export function startMatching(api: TestApi): Matching {
  const { index, reader } = createMatchIndex(api.deps);
  reader.start();
  // A job would be tried again while the index is being built.
  const built = index.waitUntil('0', 60_000);
  built.catch(() => undefined);
  return {
    index,
    async refresh(subjectType, subjectId, { claim = false, beforeWriting = nothing } = {}) {
      await built;
      const { rows } = await api.deps.pool.query<{ xid: string; deliveryId: string }>(
        `select m.xid::text as xid, d.id as "deliveryId" from messages m join deliveries d on d.message_id = m.id
         where m.subject_id = $1 and d.handler = 'refresh-matches' order by m.id desc limit 1`,
        [subjectId],
      );
      const [owed] = rows;
      if (owed === undefined) throw new Error(`no run is owed for ${subjectType} ${subjectId}`);
      const ctx = api.deps.ctxFor({ kind: 'system', name: 'refresh-matches' });
      const transaction: typeof ctx.db.transaction = async (work, config) => {
        if (config?.accessMode !== 'read only') await beforeWriting();
        return await ctx.db.transaction(work, config);
      };
      const db = Object.assign(Object.create(ctx.db) as typeof ctx.db, { transaction });
      const asJob = { ...ctx, db, ...(claim ? { deliveryId: owed.deliveryId } : {}) };
      return await refreshMatches(asJob, { subjectType, subjectId, xid: owed.xid }, index);
    },
    stop: () => reader.stop(),
  };
}

/** What a story is about. */
export interface Topic {
  demand: Record<string, unknown>;
  result: Record<string, unknown>;
}

interface SampleFile {
  demands: ({ key: string } & Record<string, unknown>)[];
  results: ({ key: string } & Record<string, unknown>)[];
  pairs: { demand: string; result: string; crossLanguage: boolean }[];
}

const sampleFolder = new URL('../../db/seed/demo/', import.meta.url);

/** Pairs of the sample that are known to be right, in one language: as the body of a POST, in the owner's own region. */
export const topics: Topic[] = readdirSync(sampleFolder)
  .sort()
  .flatMap((file) => {
    const sample = JSON.parse(readFileSync(new URL(file, sampleFolder), 'utf8')) as SampleFile;
    return sample.pairs
      .filter((pair) => !pair.crossLanguage)
      .map((pair) => ({
        demand: bodyOf(sample.demands.find((each) => each.key === pair.demand)),
        result: bodyOf(sample.results.find((each) => each.key === pair.result)),
      }));
  });

function bodyOf(record: Record<string, unknown> | undefined): Record<string, unknown> {
  const { key, organization, regionCode, ...body } = record ?? {};
  return body;
}

let used = { file: '', topics: 0 };

/** A subject that no other record of the test file is about. */
export function nextTopic(): Topic {
  const file = expect.getState().testPath ?? '';
  if (used.file !== file) used = { file, topics: 0 };
  const topic = topics[used.topics];
  used.topics += 1;
  if (topic === undefined) throw new Error('the sample has no further pair');
  return topic;
}

async function nothing(): Promise<void> {
  // What most runs do before they write.
}

export interface Suggested {
  demand: Body;
  result: Body;
  match: Body;
}

/** A published demand and result of the story with their match, and of it what the leading broker sees. */
export async function suggestMatch(
  world: World,
  matching: Matching,
  changes: { demand?: object; result?: object } = {},
): Promise<Suggested> {
  const topic = nextTopic();
  const demand = await publishDemand(world.enterprise, world.demandBroker, { ...topic.demand, ...changes.demand });
  const result = await publishResult(world.university, world.resultBroker, { ...topic.result, ...changes.result });
  await matching.refresh('result', result.id);
  const list = await world.demandBroker.get(`/v1/matches?demandId=${demand.id}&resultId=${result.id}`);
  const [match] = list.body.items;
  if (match === undefined) throw new Error(`no match was found: ${JSON.stringify(list.body)}`);
  return { demand, result, match };
}
