import type { MatchIndex } from '../../src/matches/service.ts';
import { createOutgoing } from '../../src/webhooks/service.ts';
import { createRegistry } from '../../workers/registry.ts';
import { runDelivery } from '../../workers/run-job.ts';
import type { Answer, Body, Caller, TestApi } from './api.ts';

/** Sends a spreadsheet. */
export function upload(
  by: Caller,
  kind: string,
  content: string | Buffer,
  headers: Record<string, string> = {},
): Promise<Answer> {
  return by.post(`/v1/imports?kind=${kind}&name=${encodeURIComponent('征集.xlsx')}`, Buffer.from(content), {
    'content-type': 'application/octet-stream',
    ...headers,
  });
}

/** Runs what an import's job owes, batch by batch, as workers do. */
export async function runImport(api: TestApi, jobId: string): Promise<void> {
  const registry = createRegistry({} as MatchIndex, createOutgoing({ allowPrivate: true }));
  for (;;) {
    const { rows } = await api.deps.pool.query<{ id: string }>(
      `select d.id from deliveries d join messages m on m.id = d.message_id
       where m.subject_id = $1 and d.handler = 'commit-import' and d.status in ('pending', 'published')`,
      [jobId],
    );
    const [owed] = rows;
    if (owed === undefined) return;
    const outcome = await runDelivery(owed.id, { deps: api.deps, registry, random: () => 0 });
    if (outcome !== 'done') throw new Error(outcome);
  }
}

/** Uploads and commits; what the import came to in the end. */
export async function importAll(
  api: TestApi,
  by: Caller,
  kind: string,
  content: string | Buffer,
  body: object = {},
): Promise<Body> {
  const checked = await upload(by, kind, content);
  if (checked.status !== 201) throw new Error(JSON.stringify(checked.body));
  const committed = await by.post(`/v1/imports/${checked.body.id}/commit`, body);
  if (committed.status !== 202) {
    const { body: problems } = await by.get(`/v1/imports/${checked.body.id}/problems`);
    throw new Error(`${JSON.stringify(committed.body)} ${JSON.stringify(problems)}`);
  }
  if (committed.body.jobId !== null) await runImport(api, committed.body.jobId);
  return (await by.get(`/v1/imports/${checked.body.id}`)).body;
}
