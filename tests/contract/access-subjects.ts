import { randomUUID } from 'node:crypto';
import { notifications, parkedDocuments } from '../../db/schema/index.ts';
import { chinaDate } from '../../src/core/clock.ts';
import { newId } from '../../src/core/ids.ts';
import {
  type Answer,
  type Body,
  type Caller,
  demandInput,
  type Person,
  publishDemand,
  publishResult,
  registerOrganization,
  resultInput,
  type TestApi,
  type World,
} from '../setup/api.ts';
import { contractFields } from '../setup/contracts.ts';
import { insertDeadLetter } from '../setup/dead-letters.ts';
import { makeDiagnosis } from '../setup/diagnoses.ts';
import { expertInput } from '../setup/experts.ts';
import { insertMatch } from '../setup/introductions.ts';
import { renewalTokenOf } from '../setup/renewals.ts';
import { restrictionInput } from '../setup/restrictions.ts';
import { unsubscribeTokenOf } from '../setup/unsubscribe.ts';

type RecordState = 'draft' | 'submitted' | 'published';

function done(answer: Answer): Body {
  if (answer.status >= 300) throw new Error(`${answer.status} ${JSON.stringify(answer.body)}`);
  return answer.body;
}

/** Makes what a request is about, in the state that the request needs. */
export class Subjects {
  readonly api: TestApi;
  readonly world: World;
  #result: Body = null;

  constructor(api: TestApi, world: World) {
    this.api = api;
    this.world = world;
  }

  /** Of a mail to the enterprise's admin. */
  async unsubscribeToken(): Promise<string> {
    const { userId } = this.world.enterprise;
    await this.api.deps.pool.query('update users set email_verified_at = now() where id = $1', [userId]);
    return await unsubscribeTokenOf(this.api, userId, 'suggestions');
  }

  /** Of a mail that asks the enterprise's admin whether a demand is still current. */
  async renewalToken(): Promise<string> {
    const { userId } = this.world.enterprise;
    await this.api.deps.pool.query('update users set email_verified_at = now() where id = $1', [userId]);
    const { id: recordId, validUntil } = await this.demand('published');
    return await renewalTokenOf(this.api, { kind: 'demand', recordId, userId, validUntil: new Date(validUntil) });
  }

  async demand(state: RecordState): Promise<Body> {
    const { enterprise, demandBroker } = this.world;
    return state === 'published'
      ? await publishDemand(enterprise, demandBroker)
      : await this.#record('demands', enterprise, demandInput, state);
  }

  async result(state: RecordState): Promise<Body> {
    const { university, resultBroker } = this.world;
    return state === 'published'
      ? await publishResult(university, resultBroker)
      : await this.#record('results', university, resultInput, state);
  }

  async #record(path: string, owner: Caller, input: object, state: RecordState): Promise<Body> {
    const made = done(await owner.post(`/v1/${path}`, input));
    return state === 'draft' ? made : done(await owner.post(`/v1/${path}/${made.id}/submit`));
  }

  /** A published demand that a search engine refuses. */
  async parkedDemand(): Promise<string> {
    const { id } = await this.demand('published');
    const refusal = { engine: 'meilisearch', reason: 'invalid_document_fields', parkedAt: this.api.clock.now() };
    await this.api.deps.db.insert(parkedDocuments).values({ kind: 'demand', id, ...refusal });
    return id;
  }

  /** The path of a file of a published record. */
  async attachment(kind: 'demand' | 'result'): Promise<string> {
    const url = `/v1/${kind}s/${(await this[kind]('published')).id}/attachments/${encodeURIComponent('工艺说明.txt')}`;
    const owner = kind === 'demand' ? this.world.enterprise : this.world.university;
    done(await owner.put(url, '三段工艺', { 'content-type': 'text/plain' }));
    return url;
  }

  /** An enterprise of the demand market's territory that has no part in anything else. */
  async organization(state: 'pending' | 'verified' | 'suspended'): Promise<Person> {
    const person = await registerOrganization(this.api, 'enterprise', '640303', `单位${randomUUID().slice(0, 8)}`);
    const url = `/v1/organizations/${person.organizationId}`;
    if (state !== 'pending') done(await this.world.demandBroker.post(`${url}/verify`));
    if (state === 'suspended') done(await this.world.demandBroker.post(`${url}/suspend`, { reason: '材料核查' }));
    return person;
  }

  /** Of the stranger enterprise, in force. */
  async restriction(): Promise<string> {
    const { admin, strangerEnterprise } = this.world;
    const { organizationId } = strangerEnterprise;
    return done(await admin.post('/v1/restrictions', { organizationId, ...restrictionInput })).id;
  }

  /** Of the university. */
  async expert(state: 'draft' | 'active'): Promise<Body> {
    const made = done(await this.world.university.post('/v1/experts', expertInput));
    return state === 'draft' ? made : done(await this.world.university.post(`/v1/experts/${made.id}/activate`));
  }

  /** To a published demand of the enterprise. */
  async assignment(state: 'proposed' | 'accepted'): Promise<Body> {
    const { demandBroker, university } = this.world;
    const [expertId, demandId] = [(await this.expert('active')).id, (await this.demand('published')).id];
    const made = done(await demandBroker.post('/v1/expert-assignments', { expertId, demandId, purpose: 'diagnosis' }));
    return state === 'proposed' ? made : done(await university.post(`/v1/expert-assignments/${made.id}/accept`));
  }

  /** The path of a link between two published records. */
  async duplicateLink(kind: 'demand' | 'result'): Promise<string> {
    const [{ id }, other] = [await this[kind]('published'), await this[kind]('published')];
    const url = `/v1/${kind}s/${id}/duplicate-links`;
    done(await this.#brokerOf(kind).post(url, { otherId: other.id, reason: '同一需求' }));
    return `${url}/${other.id}`;
  }

  /** The path of a record that was merged into another. */
  async merged(kind: 'demand' | 'result'): Promise<string> {
    const [{ id }, into] = [await this[kind]('submitted'), await this[kind]('published')];
    done(await this.#brokerOf(kind).post(`/v1/${kind}s/${id}/merge`, { intoId: into.id, reason: '重复填报' }));
    return `/v1/${kind}s/${id}`;
  }

  #brokerOf(kind: 'demand' | 'result'): Caller {
    return kind === 'demand' ? this.world.demandBroker : this.world.resultBroker;
  }

  async match(): Promise<string> {
    this.#result ??= await this.result('published');
    return await insertMatch(this.api, await this.demand('published'), this.#result);
  }

  async introduction(state: 'requested' | 'open' | 'accepted' | 'declined'): Promise<Body> {
    const { enterprise, university, demandBroker } = this.world;
    const opener = state === 'requested' ? enterprise : demandBroker;
    const made = done(await opener.post(`/v1/matches/${await this.match()}/introductions`, { message: '请交流' }));
    if (state === 'accepted') {
      for (const party of [enterprise, university]) done(await party.post(`/v1/introductions/${made.id}/accept`, {}));
    }
    if (state === 'declined')
      done(await university.post(`/v1/introductions/${made.id}/decline`, { reason: 'too_early' }));
    return made;
  }

  /** The path of a message of the enterprise. */
  async message(): Promise<string> {
    const url = `/v1/introductions/${(await this.introduction('open')).id}/messages`;
    return `${url}/${done(await this.world.enterprise.post(url, { text: '可以先看数据吗？' })).id}`;
  }

  /** The path of a file of that message. */
  async messageFile(): Promise<string> {
    const url = `${await this.message()}/attachments/${encodeURIComponent('数据.csv')}`;
    done(await this.world.enterprise.put(url, 'a,b', { 'content-type': 'text/csv' }));
    return url;
  }

  async project(state: 'forming' | 'ready' | 'active' | 'suspended' | 'all accepted'): Promise<Body> {
    const { enterprise, university, demandBroker } = this.world;
    const made = done(await demandBroker.post('/v1/projects', projectInput((await this.introduction('accepted')).id)));
    if (state === 'forming') return made;
    const url = `/v1/projects/${made.id}`;
    done(await demandBroker.put(`${url}/parties`, this.parties()));
    if (state !== 'ready') done(await demandBroker.post(`${url}/activate`));
    if (state === 'suspended') done(await demandBroker.post(`${url}/suspend`, { reason: '等待设备' }));
    if (state === 'all accepted') {
      const milestone = `${url}/milestones/${made.milestones[0].id}`;
      done(await university.post(`${milestone}/submit`));
      done(await enterprise.post(`${milestone}/accept`));
    }
    return done(await demandBroker.get(url));
  }

  async contract(state: 'draft' | 'submitted' | 'registered'): Promise<Body> {
    const { enterprise, demandBroker } = this.world;
    const input = { ...contractFields, projectId: (await this.project('forming')).id };
    const made = done(await enterprise.post('/v1/contracts', input));
    if (state === 'draft') return made;
    const submitted = done(await enterprise.post(`/v1/contracts/${made.id}/submit`));
    return state === 'submitted' ? submitted : done(await demandBroker.post(`/v1/contracts/${made.id}/approve`));
  }

  async diagnosis(state: 'open' | 'proposed'): Promise<Body> {
    return await makeDiagnosis(this.world, state);
  }

  readonly campaignInput = {
    title: '需求征集',
    text: '面向全区企业。',
    regionCode: '640000',
    deadline: '2027-06-30T16:00:00.000Z',
  };

  /** Run by the director of the province. */
  async campaign(state: 'draft' | 'open' | 'closed'): Promise<string> {
    const { provinceDirector } = this.world;
    const { id } = done(await provinceDirector.post('/v1/campaigns', this.campaignInput));
    if (state !== 'draft') done(await provinceDirector.post(`/v1/campaigns/${id}/open`));
    if (state === 'closed') done(await provinceDirector.post(`/v1/campaigns/${id}/close`));
    return id;
  }

  async entry(): Promise<{ campaignId: string; entryId: string }> {
    const campaignId = await this.campaign('open');
    const demandId = (await this.demand('submitted')).id;
    const made = done(await this.world.enterprise.post(`/v1/campaigns/${campaignId}/entries`, { demandId }));
    return { campaignId, entryId: made.id };
  }

  parties(): { parties: object[] } {
    const party = (person: Person, role: string) => ({
      organizationId: person.organizationId,
      role,
      workShare: 50,
      benefitShare: 50,
    });
    return { parties: [party(this.world.enterprise, 'lead'), party(this.world.university, 'partner')] };
  }

  /** The path of the one milestone of an active project. */
  async milestone(state: 'planned' | 'submitted' | 'accepted'): Promise<string> {
    const project = await this.project('active');
    const url = `/v1/projects/${project.id}/milestones/${project.milestones[0].id}`;
    if (state !== 'planned') done(await this.world.university.post(`${url}/submit`));
    if (state === 'accepted') done(await this.world.enterprise.post(`${url}/accept`));
    return url;
  }

  /** The path of a file that is ready to be handed in with a milestone. */
  async evidenceFile(): Promise<string> {
    const url = `${await this.milestone('planned')}/attachments/a.txt`;
    done(await this.world.university.put(url, '三批合格'));
    return url;
  }

  /** The path of a file that was handed in with a milestone. */
  async submittedFile(): Promise<string> {
    const milestone = (await this.evidenceFile()).replace(/\/attachments.*/, '');
    done(await this.world.university.post(`${milestone}/submit`));
    const [submission] = done(await this.world.university.get(`${milestone}/submissions`)).items;
    return `${milestone}/submissions/${submission.id}/attachments/a.txt`;
  }

  payment(): object {
    return { amountCny: 200_000, paidOn: chinaDate(this.api.clock.now()), reference: '回单 0001' };
  }

  /** The path of a payment that the enterprise has recorded for the university. */
  async recordedPayment(): Promise<string> {
    const url = `${await this.milestone('accepted')}/payments`;
    return `${url}/${done(await this.world.enterprise.post(url, this.payment())).id}`;
  }

  /** The path of a change that the enterprise has proposed. */
  async projectChange(): Promise<string> {
    const url = `/v1/projects/${(await this.project('active')).id}/changes`;
    const change = { reason: '增加中试规模', budgetCny: 1_500_000 };
    return `${url}/${done(await this.world.enterprise.post(url, change)).id}`;
  }

  /** A notice of the demand market's that was given up. */
  async deadLetter(): Promise<string> {
    return await insertDeadLetter(this.api, { handler: 'notify', subjectId: (await this.demand('draft')).id });
  }

  /** A notice in the inbox of the enterprise. */
  async notice(): Promise<string> {
    const id = newId();
    await this.api.deps.db.insert(notifications).values({
      id,
      messageId: newId(),
      userId: this.world.enterprise.userId,
      organizationId: this.world.enterprise.organizationId,
      type: 'organization.verified',
      subjectType: 'organization',
      subjectId: this.world.enterprise.organizationId,
      params: { organizationName: '利通区某枸杞乳业公司' },
      createdAt: this.api.clock.now(),
    });
    return id;
  }
}

export function projectInput(introductionId: string) {
  return {
    introductionId,
    title: '功能性枸杞乳制品联合开发',
    budgetCny: 1_200_000,
    fundingMode: 'lump_sum',
    milestones: [{ title: '中试', dueOn: '2027-09-30', acceptanceCriteria: '连续三批合格', paymentShare: 100 }],
  };
}
