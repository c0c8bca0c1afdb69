import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { chinaDate } from '../../src/core/clock.ts';
import { type Answer, type Body, type Caller, createWorld, startApi, type TestApi, type World } from '../setup/api.ts';
import { type Consortium, consortiumOf, consortiumParties, projectMaker, start, thirds } from '../setup/projects.ts';

const projectStates = ['forming', 'active', 'suspended', 'completed', 'terminated'] as const;
type ProjectState = (typeof projectStates)[number];
const milestoneStates = ['planned', 'submitted', 'rework', 'accepted', 'paid'] as const;
type MilestoneState = (typeof milestoneStates)[number];
type Role = 'broker' | 'lead' | 'partner' | 'funder' | 'stranger';

let api: TestApi;
let world: World;
let cast: Consortium;
let make: (changes?: object) => Promise<Body>;
let roles: Record<Role, Caller>;

/** A table is many requests, which a busy machine answers slowly. */
const patienceMs = 120_000;

beforeAll(async () => {
  api = await startApi();
  world = await createWorld(api);
  cast = consortiumOf(world, world.strangerEnterprise);
  make = await projectMaker(api, world);
  const { broker, lead, partner, funder } = cast;
  roles = { broker, lead, partner, funder, stranger: world.strangerUniversity };
});
afterAll(() => api?.close());

/** Lead and partner, of equal shares; a funder. */
function parties(work = 50) {
  const party = (organizationId: string, role: string, workShare: number) => ({
    organizationId,
    role,
    workShare,
    benefitShare: 50,
  });
  return [
    party(cast.lead.organizationId, 'lead', work),
    party(cast.partner.organizationId, 'partner', 100 - work),
    { organizationId: cast.funder.organizationId, role: 'funder' },
  ];
}

/** What a verb does, written apart from the code: who may, and where it leads from which states. */
interface Verb<State extends string> {
  by: readonly Role[];
  moves: Partial<Record<State, State>>;
  send(by: Caller, url: string): Promise<Answer>;
}

const forming: readonly Role[] = ['broker', 'lead', 'partner'];
const directing: readonly Role[] = ['broker', 'lead'];
const post = (step: string, body?: object) => (by: Caller, url: string) => by.post(`${url}/${step}`, body);

const projectVerbs: Record<string, Verb<ProjectState>> = {
  patch: {
    by: forming,
    moves: { forming: 'forming' },
    send: (by, url) => by.patch(url, { title: '新题目' }, { 'if-match': '*' }),
  },
  parties: {
    by: forming,
    moves: { forming: 'forming' },
    send: (by, url) => by.put(`${url}/parties`, { parties: parties() }),
  },
  activate: { by: directing, moves: { forming: 'active' }, send: post('activate') },
  suspend: { by: directing, moves: { active: 'suspended' }, send: post('suspend', { reason: '等待' }) },
  resume: { by: directing, moves: { suspended: 'active' }, send: post('resume') },
  complete: { by: directing, moves: { active: 'completed' }, send: post('complete') },
  terminate: {
    by: directing,
    moves: { forming: 'terminated', active: 'terminated', suspended: 'terminated' },
    send: post('terminate', { reason: '停止' }),
  },
  'propose a change': {
    by: ['lead', 'partner', 'funder'],
    moves: { active: 'active' },
    send: (by, url) => by.post(`${url}/changes`, { reason: '调整份额', parties: parties(60) }),
  },
};

const today = () => chinaDate(api.clock.now());
const running: readonly ProjectState[] = ['active'];
const payable: readonly ProjectState[] = ['active', 'completed', 'terminated'];

const milestoneVerbs: Record<string, Verb<MilestoneState> & { during: readonly ProjectState[] }> = {
  submit: {
    by: ['partner'],
    during: running,
    moves: { planned: 'submitted', rework: 'submitted' },
    send: post('submit', { statement: '完成' }),
  },
  accept: { by: directing, during: running, moves: { submitted: 'accepted' }, send: post('accept') },
  rework: { by: directing, during: running, moves: { submitted: 'rework' }, send: post('rework', { reason: '返工' }) },
  pay: { by: ['lead'], during: payable, moves: { accepted: 'paid' }, send: post('pay') },
  'record a payment': {
    by: ['lead', 'funder'],
    during: payable,
    moves: { accepted: 'accepted' },
    send: (by, url) => by.post(`${url}/payments`, { amountCny: 1, paidOn: today() }),
  },
};

/** All that a verb could have written. */
async function rowsOf(projectId: string): Promise<unknown> {
  const { rows } = await api.deps.pool.query(
    `select (select to_jsonb(p) from projects p where p.id = $1) as project,
      (select jsonb_agg(m order by m.id) from project_milestones m where m.project_id = $1) as milestones,
      (select jsonb_agg(x order by x.id) from project_parties x where x.project_id = $1) as parties,
      (select jsonb_agg(x order by x.id) from project_payments x where x.project_id = $1) as payments,
      (select jsonb_agg(x order by x.id) from project_changes x where x.project_id = $1) as changes,
      (select jsonb_agg(x order by x.id) from milestone_submissions x where x.project_id = $1) as submissions,
      (select count(*) from messages) as messages, (select count(*) from audit_entries) as entries`,
    [projectId],
  );
  return rows[0];
}

/** Puts a project and its one milestone into states, whatever the way there. */
async function place(project: Body, state: ProjectState, milestone: MilestoneState): Promise<void> {
  const accepted = milestone === 'accepted' || milestone === 'paid';
  const now = api.clock.now();
  await api.deps.pool.query(
    `with closed as (update project_changes set status = 'withdrawn' where project_id = $1 and status = 'proposed'),
      unpaid as (update project_payments set status = 'withdrawn' where project_id = $1),
      placed as (update project_milestones set status = $3, submitted_at = $4, accepted_at = $5 where project_id = $1)
    update projects set status = $2, suspended_at = case when $2 = 'suspended' then $4::timestamptz end where id = $1`,
    [project.id, state, milestone, now, accepted ? now : null],
  );
}

/** One project with one milestone, which every table puts where it needs it. */
let project: Body;
let url: string;
let milestone: string;

beforeAll(async () => {
  project = await make({ milestones: [{ ...thirds[0], paymentShare: 100 }], parties: parties() });
  url = `/v1/projects/${project.id}`;
  milestone = `${url}/milestones/${project.milestones[0].id}`;
});

/**
 * Sends the verb as everybody from one state: those who may not, or not from there, are refused and change nothing; who
 * may moves it as written.
 * @param put puts what the verb is about into the state, and says where it is
 */
async function expectRow<State extends string>(
  { by, moves, send }: Verb<State>,
  state: State,
  put: () => Promise<string>,
  during = true,
): Promise<void> {
  const to = during ? moves[state] : undefined;
  const expected = (role: Role) =>
    role === 'stranger' ? 404 : !by.includes(role) ? 403 : to === undefined ? 409 : 'moved';
  let at = await put();
  const before = await rowsOf(project.id);
  for (const role of Object.keys(roles) as Role[]) {
    if (expected(role) === 'moved') continue;
    const answer = await send(roles[role], at);
    expect([state, role, answer.status]).toEqual([state, role, expected(role)]);
  }
  expect(await rowsOf(project.id)).toEqual(before);
  for (const role of to === undefined ? [] : by) {
    at = await put();
    const answer = await send(roles[role], at);
    const { status } = answer.status < 300 ? await reread(at, answer) : answer.body;
    expect([state, role, status]).toEqual([state, role, to]);
  }
}

/** What became of it: a verb may answer with something that it made. */
async function reread(at: string, answer: Answer): Promise<Body> {
  return at.includes('/payments/') ? answer.body : (await cast.broker.get(at)).body;
}

describe('every state, verb and role of a project', () => {
  test.each(Object.entries(projectVerbs))(
    '%s moves as written, or is refused and changes nothing',
    async (_name, verb) => {
      for (const state of projectStates)
        await expectRow(verb, state, async () => {
          await place(project, state, 'accepted');
          return url;
        });
    },
  );
});

describe('every state, verb and role of a milestone, in every state of its project', () => {
  test.each(Object.entries(milestoneVerbs))(
    '%s moves as written, or is refused and changes nothing',
    async (_name, verb) => {
      for (const during of projectStates) {
        for (const state of milestoneStates) {
          const put = async () => {
            await place(project, during, state);
            return milestone;
          };
          await expectRow(verb, state, put, verb.during.includes(during));
        }
      }
    },
  );
});

type PaymentState = 'recorded' | 'confirmed' | 'disputed' | 'withdrawn' | 'released';
const paymentVerbs: Record<string, Verb<PaymentState>> = {
  confirm: { by: ['partner'], moves: { recorded: 'confirmed' }, send: post('confirm') },
  dispute: { by: ['partner'], moves: { recorded: 'disputed' }, send: post('dispute', { reason: '未到账' }) },
  withdraw: { by: ['lead'], moves: { recorded: 'withdrawn' }, send: post('withdraw') },
};

type ChangeState = 'proposed' | 'applied' | 'rejected' | 'withdrawn' | 'lapsed';
const others: readonly Role[] = ['partner', 'funder'];
const changeVerbs: Record<string, Verb<ChangeState>> = {
  // Of two who are asked, the first leaves it open.
  accept: { by: others, moves: { proposed: 'proposed' }, send: post('accept') },
  reject: { by: others, moves: { proposed: 'rejected' }, send: post('reject', { reason: '不同意' }) },
  withdraw: { by: ['lead'], moves: { proposed: 'withdrawn' }, send: post('withdraw') },
};

describe('every state, verb and role', () => {
  test.each(Object.entries(paymentVerbs))(
    'of a payment: %s',
    async (_name, verb) => {
      const made = async () => {
        await place(project, 'active', 'accepted');
        return (await cast.lead.post(`${milestone}/payments`, { amountCny: 1, paidOn: today() })).body.id;
      };
      let id = await made();
      for (const state of ['recorded', 'confirmed', 'disputed', 'withdrawn', 'released'] as const)
        await expectRow(verb, state, async () => {
          if (state === 'recorded') id = await made();
          else await api.deps.pool.query('update project_payments set status = $2 where id = $1', [id, state]);
          return `${milestone}/payments/${id}`;
        });
    },
    patienceMs,
  );

  test.each(Object.entries(changeVerbs))(
    'of a change: %s',
    async (_name, verb) => {
      const made = async () => {
        await place(project, 'active', 'planned');
        return (await cast.lead.post(`${url}/changes`, { reason: '调整', parties: parties(60) })).body.id;
      };
      let id = await made();
      for (const state of ['proposed', 'applied', 'rejected', 'withdrawn', 'lapsed'] as const)
        await expectRow(verb, state, async () => {
          if (state === 'proposed') id = await made();
          else await api.deps.pool.query('update project_changes set status = $2 where id = $1', [id, state]);
          return `${url}/changes/${id}`;
        });
    },
    patienceMs,
  );
});

interface Invariants {
  shares: number;
  amounts: string;
  budget: string;
  work: number;
  benefit: number;
  /** Milestones with payments that they should not have. */
  overpaid: string;
  early: string;
  unsettled: string;
}

/** What must hold of a project whatever happened to it, counted by the database. */
async function invariantsOf(projectId: string): Promise<Invariants> {
  const { rows } = await api.deps.pool.query<Invariants>(
    `with paid as (
      select m.id, m.status, m.amount_cny,
        coalesce(sum(x.amount_cny) filter (where x.status in ('confirmed', 'released')), 0) as settled,
        coalesce(sum(x.amount_cny) filter (where x.status in ('confirmed', 'released', 'recorded')), 0) as claimed,
        count(x.id) as payments
      from project_milestones m left join project_payments x on x.milestone_id = m.id
      where m.project_id = $1 group by m.id)
    select (select round(sum(payment_share)::numeric, 2)::float from project_milestones where project_id = $1) as shares,
      (select sum(amount_cny) from paid) as amounts, (select budget_cny from projects where id = $1) as budget,
      (select round(sum(work_share)::numeric, 2)::float from project_parties where project_id = $1) as work,
      (select round(sum(benefit_share)::numeric, 2)::float from project_parties where project_id = $1) as benefit,
      (select count(*) from paid where claimed > amount_cny) as overpaid,
      (select count(*) from paid where payments > 0 and status not in ('accepted', 'paid')) as early,
      (select count(*) from paid where status = 'paid' and settled <> amount_cny
        or status = 'accepted' and settled = amount_cny and amount_cny > 0) as unsettled`,
    [projectId],
  );
  return rows[0] as Invariants;
}

async function expectInvariants(projectId: string): Promise<void> {
  const found = await invariantsOf(projectId);
  expect(found).toEqual({
    shares: 100,
    amounts: found.budget,
    budget: found.budget,
    work: 100,
    benefit: 100,
    overpaid: '0',
    early: '0',
    unsettled: '0',
  });
}

const who = fc.constantFrom('lead' as const, 'partner' as const, 'second' as const, 'funder' as const);
const at = fc.nat({ max: 2 });
const command = fc.oneof(
  { weight: 5, arbitrary: fc.record({ verb: fc.constantFrom('submit', 'accept', 'pay'), at }) },
  { weight: 1, arbitrary: fc.record({ verb: fc.constant('rework'), at }) },
  { weight: 4, arbitrary: fc.record({ verb: fc.constant('record'), at, who, percent: fc.constantFrom(30, 50, 100) }) },
  { weight: 4, arbitrary: fc.record({ verb: fc.constantFrom('confirm', 'dispute', 'withdraw'), at }) },
  {
    weight: 2,
    arbitrary: fc.record({ verb: fc.constant('change'), who, budgetCny: fc.integer({ min: 1, max: 3_000_000 }) }),
  },
  { weight: 1, arbitrary: fc.record({ verb: fc.constant('parties'), who, work: fc.integer({ min: 1, max: 79 }) }) },
  { weight: 4, arbitrary: fc.record({ verb: fc.constant('agree'), who }) },
);
type Command = typeof command extends fc.Arbitrary<infer Value> ? Value : never;

/** Sends one request as somebody of the consortium. */
async function send(url: string, step: Command): Promise<Answer> {
  const project = (await cast.broker.get(url)).body;
  const milestone = 'at' in step ? project.milestones[step.at % project.milestones.length] : null;
  const base = `${url}/milestones/${milestone?.id}`;
  switch (step.verb) {
    case 'submit':
      return await cast.partner.post(`${base}/submit`);
    case 'accept':
    case 'pay':
      return await cast.lead.post(`${base}/${step.verb}`);
    case 'rework':
      return await cast.broker.post(`${base}/rework`, { reason: '返工' });
    case 'record': {
      const amountCny = Math.max(1, Math.ceil((milestone.amountCny * step.percent) / 100));
      const payeeOrganizationId = cast.partner.organizationId;
      return await cast[step.who].post(`${base}/payments`, { amountCny, paidOn: today(), payeeOrganizationId });
    }
    case 'confirm':
    case 'dispute':
    case 'withdraw': {
      const { items } = (await cast.broker.get(`${base}/payments`)).body;
      const payment = items.find((each: Body) => each.status === 'recorded');
      const payer = payment?.payerOrganizationId === cast.funder.organizationId ? cast.funder : cast.lead;
      const by = step.verb === 'withdraw' ? payer : cast.partner;
      const body = step.verb === 'dispute' ? { reason: '未到账' } : undefined;
      return await by.post(`${base}/payments/${payment?.id ?? project.id}/${step.verb}`, body);
    }
    case 'change':
      return await cast[step.who].post(`${url}/changes`, { reason: '变更', budgetCny: step.budgetCny });
    case 'parties': {
      const [lead, partner, ...others] = consortiumParties(cast);
      const changed = [{ ...lead, workShare: step.work }, { ...partner, workShare: 80 - step.work }, ...others];
      return await cast[step.who].post(`${url}/changes`, { reason: '变更', parties: changed });
    }
    case 'agree': {
      const { items } = (await cast.broker.get(`${url}/changes?limit=1`)).body;
      return await cast[step.who].post(`${url}/changes/${items[0]?.id ?? project.id}/accept`);
    }
  }
}

describe('parties who act at the same time', () => {
  async function run(): Promise<{ url: string; project: Body }> {
    const project: Body = await make({ parties: consortiumParties(cast), milestones: thirds });
    return { url: await start(cast.broker, project), project };
  }

  test('pay no more than the accepted share between them, and confirm each payment once', async () => {
    const { url, project } = await run();
    const milestone = `${url}/milestones/${project.milestones[0].id}`;
    await cast.partner.post(`${milestone}/submit`);
    const accepted = await Promise.all([1, 2, 3].map(() => cast.lead.post(`${milestone}/accept`)));
    expect(accepted.map((answer) => answer.status).sort()).toEqual([200, 409, 409]);
    const payment = { amountCny: 60_000, paidOn: today(), payeeOrganizationId: cast.partner.organizationId };
    const payers = [cast.lead, cast.funder, cast.lead, cast.funder, cast.lead, cast.funder, cast.lead, cast.funder];
    const recorded = await Promise.all(payers.map((by) => by.post(`${milestone}/payments`, payment)));
    expect(recorded.map((answer) => answer.status).sort()).toEqual([201, 201, 201, 201, 201, 422, 422, 422]);
    const made = recorded.filter((answer) => answer.status === 201).map((answer) => answer.body.id);
    const confirmed = await Promise.all(
      [...made, ...made].map((id) => cast.partner.post(`${milestone}/payments/${id}/confirm`)),
    );
    expect(confirmed.filter((answer) => answer.status === 200)).toHaveLength(5);
    expect((await cast.lead.get(milestone)).body).toMatchObject({ status: 'paid', settledCny: 300_000 });
    await expectInvariants(project.id);
  });

  test('agree to one change and put it in force once', async () => {
    const { url, project } = await run();
    const asked = await Promise.all(
      [cast.lead, cast.partner, cast.second].map((by, extra) =>
        by.post(`${url}/changes`, { reason: '变更', budgetCny: 1_500_000 + extra }),
      ),
    );
    expect(asked.map((answer) => answer.status).sort()).toEqual([201, 409, 409]);
    const change = asked.find((answer) => answer.status === 201)?.body;
    const everybody = [cast.lead, cast.partner, cast.second, cast.funder];
    await Promise.all([...everybody, ...everybody].map((by) => by.post(`${url}/changes/${change.id}/accept`)));
    const { status, answers } = (await cast.lead.get(`${url}/changes/${change.id}`)).body;
    expect([status, answers.length]).toEqual(['applied', 3]);
    expect((await cast.lead.get(url)).body.budgetCny).toBe(change.after.budgetCny);
    await expectInvariants(project.id);
  });

  test(
    'keep shares whole and payments within accepted amounts, whatever they do, three at a time',
    async () => {
      const done = new Map<string, number>();
      await fc.assert(
        fc.asyncProperty(fc.array(command, { minLength: 45, maxLength: 60, size: 'max' }), async (commands) => {
          const { url, project } = await run();
          for (let from = 0; from < commands.length; from += 3) {
            const batch = commands.slice(from, from + 3);
            const answers = await Promise.all(batch.map((step) => send(url, step)));
            answers.forEach(({ status }, each) => {
              const verb = batch[each]?.verb ?? '';
              if (status < 300) done.set(verb, (done.get(verb) ?? 0) + 1);
            });
            expect(answers.map(({ status }) => status).filter((status) => status >= 500)).toEqual([]);
          }
          await expectInvariants(project.id);
        }),
        { numRuns: 3, endOnFailure: true },
      );
      const moved = (...verbs: string[]) => verbs.reduce((sum, verb) => sum + (done.get(verb) ?? 0), 0);
      expect([moved('submit'), moved('accept'), moved('change', 'parties')].every((times) => times > 0)).toBe(true);
    },
    patienceMs,
  );
});
