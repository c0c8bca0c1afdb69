import type { IntroductionView, MatchView } from '../../src/matches/views.ts';
import type { ProjectView } from '../../src/projects/views.ts';
import { type Caller, type Door, signIn } from './api.ts';
import { type Cast, samplePassword } from './cast.ts';
import { type Posted, postDemand, postResult } from './post-record.ts';
import type { SamplePair } from './sample.ts';
import { type StoryStep, type Tell, tellInto } from './telling.ts';
import { matchOf, noticesOf } from './watch.ts';
import { projectOf, wordsOf } from './words.ts';

export interface Story {
  steps: StoryStep[];
  demandCode: string;
  /** The best of the demand, best first. */
  best: MatchView[];
}

const shownMatches = 3;

/** Plays the main job for a pair, over HTTP, from wherever its two records are to the joint project. */
export async function playStory(door: Door, pair: SamplePair, cast: Cast): Promise<Story> {
  const steps: StoryStep[] = [];
  const tell = tellInto(steps);
  const enterprise = await signIn(door, cast.enterprise, samplePassword);
  const university = await signIn(door, cast.university, samplePassword);
  const demandBroker = await signIn(door, cast.demandBroker, samplePassword);
  const resultBroker = await signIn(door, cast.resultBroker, samplePassword);

  const demand = await postDemand({ owner: enterprise, broker: demandBroker, tell }, pair.demand);
  const result = await postResult({ owner: university, broker: resultBroker, tell }, pair.result);
  const match = await matchOf(enterprise, { demand: demand.record.id, result: result.record.id }, door.signal);
  const matchedAtMs = performance.now();
  const readers = [enterprise, university, demandBroker, resultBroker];
  await tellOfMatch(door, tell, { posted: [demand, result], match, matchedAtMs, readers });

  const introduction = await introduce(tell, demandBroker, match, wordsOf(pair.demand.language));
  for (const party of [enterprise, university]) {
    const answered = await party.post<IntroductionView>(`/v1/introductions/${introduction.id}/accept`, {});
    tell(party, 'accepts 接受', answered.status);
  }
  for (const party of [enterprise, university]) {
    const { counterparty } = await party.get<IntroductionView>(`/v1/introductions/${introduction.id}`);
    const contact = counterparty?.contact;
    tell(party, `sees ${[contact?.name, contact?.phone, contact?.email].filter(Boolean).join(' ')}`, 'disclosed 披露');
  }
  const project = await demandBroker.post<ProjectView>('/v1/projects', projectOf(pair, introduction.id, new Date()));
  tell(
    demandBroker,
    `joint project 立项 ${project.code}, ${project.milestones.length} milestones 里程碑`,
    project.status,
  );

  const best = await enterprise.get<{ items: MatchView[] }>(
    `/v1/demands/${demand.record.id}/matches?nearMisses=true&limit=${shownMatches}`,
  );
  return { steps, demandCode: demand.record.code, best: best.items };
}

interface MatchNews {
  posted: [Posted, Posted];
  match: MatchView;
  matchedAtMs: number;
  readers: readonly Caller[];
}

/** The time from the last publication to the match, and to the notice in the last of the four inboxes. */
async function tellOfMatch(door: Door, tell: Tell, { posted, match, matchedAtMs, readers }: MatchNews): Promise<void> {
  const publishedAtMs = posted.map((each) => each.publishedAtMs).findLast((at) => at !== null);
  if (publishedAtMs == null) {
    tell('workers 匹配引擎', `match found earlier 此前已匹配, score 得分 ${match.score.toFixed(1)}`, match.status);
    return;
  }
  await noticesOf(readers, match.id, door.signal);
  const matchMs = Math.round(matchedAtMs - publishedAtMs);
  const noticesMs = Math.round(performance.now() - publishedAtMs);
  tell(
    'workers 匹配引擎',
    `score 得分 ${match.score.toFixed(1)} in ${matchMs} ms, 4 inboxes 通知 in ${noticesMs} ms`,
    match.status,
  );
}

async function introduce(
  tell: Tell,
  broker: Caller,
  match: MatchView,
  words: { message: string },
): Promise<IntroductionView> {
  if (match.status === 'suggested') {
    const shortlisted = await broker.post<MatchView>(`/v1/matches/${match.id}/shortlist`);
    tell(broker, `shortlists 入选 ${match.demand.code} × ${match.result.code}`, shortlisted.status);
  }
  const introduction = await broker.post<IntroductionView>(`/v1/matches/${match.id}/introductions`, words);
  tell(broker, `introduces 牵线「${words.message}」`, introduction.status);
  return introduction;
}
