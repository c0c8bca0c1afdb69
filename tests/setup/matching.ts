import { readdirSync, readFileSync } from 'node:fs';
import { type RefreshOutcome, refreshMatches } from '../../src/matches/service.ts';
import { createMatchIndex } from '../../workers/readers/match-index.ts';
import type { Body, TestApi, World } from './api.ts';
import { publishDemand, publishResult } from './api.ts';

/** The matching worker's part, run when a test says so. */
export interface Matching {
  /** What the last change of a record owes. */
  refresh(subjectType: 'demand' | 'result' | 'organization', subjectId: string): Promise<RefreshOutcome>;
  stop(): Promise<void>;
}

export function startMatching(api: TestApi): Matching {
  const { index, reader } = createMatchIndex(api.deps);
  reader.start();
  return {
    async refresh(subjectType, subjectId) {
      const { rows } = await api.deps.pool.query<{ xid: string }>(
        'select xid::text as xid from messages where subject_id = $1 order by id desc limit 1',
        [subjectId],
      );
      const xid = rows[0]?.xid ?? '0';
      const ctx = api.deps.ctxFor({ kind: 'system', name: 'refresh-matches' });
      return await refreshMatches(ctx, { subjectType, subjectId, xid }, index);
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

let topicsUsed = 0;

/** A subject that no other record of the test file is about. */
export function nextTopic(): Topic {
  const topic = topics[topicsUsed];
  topicsUsed += 1;
  if (topic === undefined) throw new Error('the sample has no further pair');
  return topic;
}

export interface Suggested {
  demand: Body;
  result: Body;
  match: Body;
}

/** A published demand and result of the story with their match, and of it what the leading broker sees. */
export async function suggestMatch(
  api: TestApi,
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
