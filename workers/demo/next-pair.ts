import type { MatchView } from '../../src/matches/views.ts';
import type { Caller } from './api.ts';
import { type Present, recordKey } from './present.ts';
import { known, type Sample, type SamplePair } from './sample.ts';

/**
 * The first known pair whose two sides have not been brought together yet: one that is not posted, or whose match
 * waits for a broker. null when all of them have been told.
 */
export async function nextPair(sample: Sample, present: Present, director: Caller): Promise<SamplePair | null> {
  for (const pair of sample.pairs) {
    const demandId = idOf(sample, present, present.demands, pair.demand);
    const resultId = idOf(sample, present, present.results, pair.result);
    if (demandId === null || resultId === null) return pair;
    const found = await director.get<{ items: MatchView[] }>(`/v1/matches?demandId=${demandId}&resultId=${resultId}`);
    const status = found.items[0]?.status;
    if (status === 'suggested' || status === 'shortlisted') return pair;
  }
  return null;
}

function idOf(
  sample: Sample,
  present: Present,
  rows: ReadonlyMap<string, { id: string; publishedAt: Date | null }>,
  record: { organization: string; title: string },
): string | null {
  const { contact } = known(sample.organizations, record.organization);
  const { organizationId } = known(present.people, contact.email);
  const row = rows.get(recordKey(organizationId, record.title));
  return row === undefined || row.publishedAt === null ? null : row.id;
}
