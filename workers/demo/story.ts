import type { IntroductionView, MatchView } from '../../src/matches/views.ts';
import type { ProjectView } from '../../src/projects/views.ts';
import { type Caller, type Door, signIn } from './api.ts';
import { type Cast, samplePassword } from './cast.ts';
import { type Posted, postDemand, postResult } from './post-record.ts';
import type { SamplePair } from './sample.ts';
import { matchOf, noticesOf } from './watch.ts';
import { projectOf, wordsOf } from './words.ts';

/** One line of the story: who did what, and the status that it has led to. */
export interface StoryStep {
  who: string;
  what: string;
  status: string;
}

export type Tell = (who: Caller | string, what: string, status: string) => void;

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
  const tell: Tell = (who, what, status) => {
    steps.push({ who: typeof who === 'string' ? who : nameOf(who), what, status });
  };
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
    const answered = await party.post<IntroductionView>(`/v1/introductions/${introduction.id}/accept`);
    tell(party, 'accepts 接受', `introduction ${answered.status}`);
  }
  for (const party of [enterprise, university]) {
    const { counterparty } = await party.get<IntroductionView>(`/v1/introductions/${introduction.id}`);
    const contact = counterparty?.contact;
    tell(
      party,
      `now sees 可见 ${[contact?.name, contact?.phone, contact?.email].filter(Boolean).join(' ')}`,
      'disclosed',
    );
  }
  const project = await demandBroker.post<ProjectView>('/v1/projects', projectOf(pair, introduction.id, new Date()));
  const shares = project.milestones.map((milestone) => `${milestone.paymentShare} %`).join(' + ');
  tell(demandBroker, `sets up joint project 立项 ${project.code}, milestones 里程碑 ${shares}`, project.status);

  const best = await enterprise.get<{ items: MatchView[] }>(
    `/v1/demands/${demand.record.id}/matches?limit=${shownMatches}`,
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
    `score 得分 ${match.score.toFixed(1)} after ${matchMs} ms, 4 inboxes told after ${noticesMs} ms`,
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
  tell(broker, `introduces 牵线「${words.message}」`, `introduction ${introduction.status}`);
  return introduction;
}

function nameOf({ session: { user, organization } }: Caller): string {
  const role = user.role === 'broker' ? 'broker' : (organization?.kind ?? '');
  return `${role} ${organization?.name ?? user.name}`;
}
