import { asc, eq } from 'drizzle-orm';
import { matchObservations } from '../../db/schema/index.ts';
import type { Body, Caller, TestApi, World } from './api.ts';
import { publishDemand, publishResult } from './api.ts';
import { type Matching, nextTopic } from './matching.ts';

export type Observation = typeof matchObservations.$inferSelect;

export async function observationsOf(api: TestApi, matchId: string): Promise<Observation[]> {
  return await api.deps.db
    .select()
    .from(matchObservations)
    .where(eq(matchObservations.matchId, matchId))
    .orderBy(asc(matchObservations.id));
}

/** What was observed of a match since it was suggested, without looks at it. */
export async function answersTo(api: TestApi, matchId: string): Promise<Observation[]> {
  const rows = await observationsOf(api, matchId);
  return rows.filter(({ action }) => !['suggested', 'shown', 'viewed'].includes(action));
}

export interface Crowd {
  demands: Body[];
  results: Body[];
}

/** Two demands and three results about one subject, so that each list has several matches. */
export async function suggestCrowd(world: World, matching: Matching): Promise<Crowd> {
  const topic = nextTopic();
  const titled = (input: Record<string, unknown>, suffix: string) => ({ ...input, title: `${input.title}${suffix}` });
  const demands: Body[] = [];
  for (const suffix of ['', '（二期）'])
    demands.push(await publishDemand(world.enterprise, world.demandBroker, titled(topic.demand, suffix)));
  const results: Body[] = [];
  for (const suffix of ['', '及其应用', '的中试'])
    results.push(await publishResult(world.university, world.resultBroker, titled(topic.result, suffix)));
  for (const result of results) await matching.refresh('result', result.id);
  return { demands, results };
}

export async function listOf(reader: Caller, path: string): Promise<Body[]> {
  const answer = await reader.get(`/v1/${path}/matches?limit=100`);
  if (answer.status !== 200) throw new Error(JSON.stringify(answer.body));
  return answer.body.items;
}

/** Where a match stands in the lists that the owners of its records read. */
export async function placesOf(world: World, match: Body) {
  const inDemand = await listOf(world.enterprise, `demands/${match.demand.id}`);
  const inResult = await listOf(world.university, `results/${match.result.id}`);
  return {
    demandPosition: inDemand.findIndex(({ id }) => id === match.id) + 1,
    demandListLength: inDemand.length,
    resultPosition: inResult.findIndex(({ id }) => id === match.id) + 1,
    resultListLength: inResult.length,
  };
}
