import type { Caller } from './api.ts';
import type { SampleDemand, SampleResult } from './sample.ts';
import type { Tell } from './telling.ts';

interface PostedRecord {
  id: string;
  code: string;
  title: string;
  status: string;
}

interface Posting {
  owner: Caller;
  broker: Caller;
  tell: Tell;
}

export interface Posted {
  record: PostedRecord;
  /** Set when it was published in this run: on the clock of `performance`, when the answer was there. */
  publishedAtMs: number | null;
}

export function postDemand(posting: Posting, demand: SampleDemand): Promise<Posted> {
  const { key: _, organization: __, ...input } = demand;
  return post(posting, 'demands', input, {
    noun: 'demand 需求',
    posts: 'posts demand 发布需求',
    publishes: 'publishes demand 公布需求',
  });
}

export function postResult(posting: Posting, result: SampleResult): Promise<Posted> {
  const { key: _, organization: __, ...input } = result;
  return post(posting, 'results', input, {
    noun: 'result 成果',
    posts: 'posts result 发布成果',
    publishes: 'publishes result 公布成果',
  });
}

/** Takes the record from wherever it is to `published`; one that an interrupted run left is not posted twice. */
async function post(
  { owner, broker, tell }: Posting,
  kind: 'demands' | 'results',
  input: { title: string },
  words: { noun: string; posts: string; publishes: string },
): Promise<Posted> {
  const mine = await owner.get<{ items: PostedRecord[] }>(`/v1/${kind}?view=mine&limit=100`);
  let record = mine.items.find((item) => item.title === input.title);
  if (record !== undefined && record.status !== 'draft' && record.status !== 'submitted') {
    tell(owner, `${words.noun}「${input.title}」`, `${record.status} before`);
    return { record, publishedAtMs: null };
  }
  record ??= await owner.post<PostedRecord>(`/v1/${kind}`, input);
  if (record.status === 'draft') record = await owner.post<PostedRecord>(`/v1/${kind}/${record.id}/submit`);
  tell(owner, `${words.posts}「${record.title}」`, record.status);
  record = await broker.post<PostedRecord>(`/v1/${kind}/${record.id}/publish`);
  const publishedAtMs = performance.now();
  tell(broker, `${words.publishes} ${record.code}`, record.status);
  return { record, publishedAtMs };
}
