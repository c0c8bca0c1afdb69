import pg from 'pg';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { deskCategories } from '../../src/desk/inputs.ts';
import { workerParts } from '../../workers/parts.ts';
import { startWorkers, type Workers } from '../../workers/start-workers.ts';
import {
  addMember,
  type Body,
  type Caller,
  createWorld,
  type Person,
  startApi,
  type TestApi,
  type World,
} from '../setup/api.ts';
import { contractFields, makeContractProject, registerContract } from '../setup/contracts.ts';
import { fillPath, operationsOf } from '../setup/operations.ts';
import { rolledBack, settingsOf } from '../setup/rows.ts';

/** One string in every confidential field of a contract. */
const secrets = {
  buyerContact: 'Qzbuyercontact',
  buyerPhone: '15912350001',
  buyerEmail: 'qzbuyer@canary.example',
  buyerBank: 'Qzbuyerbank',
  buyerAccount: '6222 0000 0000 0001',
  sellerContact: 'Qzsellercontact',
  sellerPhone: '15912350002',
  sellerEmail: 'qzseller@canary.example',
  sellerBank: 'Qzsellerbank',
  sellerAccountName: 'Qzaccountname',
  sellerAccount: '6222 0000 0000 0002',
  inventor: 'Qzinventor',
};
/** What parties bring into their project: for them and their market. */
const brought = 'Qzbrought';
/** What the demand's market gathered with it, and why it chose it: for who runs that campaign, the answer for the demand's side, too. */
const gathered = { answer: 'Qzanswered', reason: 'Qzchosen' };
/** Of a file that shows that a milestone is reached: its name and what is in it. */
const evidence = { name: 'Qzevidence.txt', bytes: 'Qzbytes' };

const logLines: string[] = [];
let api: TestApi;
let world: World;
let workers: Workers;
let owner: pg.Client;
let officer: Person;
let colleague: Person;
let project: Body;
let contract: Body;
let submission: Body;
let campaign: Body;

beforeAll(async () => {
  api = await startApi({}, { logLines });
  owner = new pg.Client({ connectionString: api.deps.databaseUrl });
  await owner.connect();
  world = await createWorld(api);
  await api.deps.searchIndex.ensureIndexes();
  workers = startWorkers(api.deps, workerParts(api.deps));
  await workers.ready;
  const government = { kind: 'government', name: '宁夏科学技术厅', regionCode: '640000' };
  const bureau = await world.admin.post('/v1/organizations', government);
  officer = await addMember(api, world.admin, bureau.body.id, 'officer');
  const researcher = await addMember(api, world.university, world.university.organizationId, 'member');
  colleague = await addMember(api, world.university, world.university.organizationId, 'member');
  ({ project } = await makeContractProject(api, world, { university: researcher }));
  campaign = await gather();
  contract = await registerContract(world, project, {
    buyer: {
      ...contractFields.buyer,
      contact: { name: secrets.buyerContact, phone: secrets.buyerPhone, email: secrets.buyerEmail },
      bank: { bankName: secrets.buyerBank, accountNumber: secrets.buyerAccount },
    },
    seller: {
      ...contractFields.seller,
      contact: { name: secrets.sellerContact, phone: secrets.sellerPhone, email: secrets.sellerEmail },
      bank: {
        bankName: secrets.sellerBank,
        accountName: secrets.sellerAccountName,
        accountNumber: secrets.sellerAccount,
      },
    },
    inventorShares: [{ name: secrets.inventor, share: 100 }],
  });
  submission = await handIn(researcher);
  await vi.waitFor(
    async () => {
      const { rows } = await owner.query(
        `select m.type, d.handler, d.status from deliveries d join messages m on m.id = d.message_id
         where d.handler = 'notify' and d.status <> 'done'`,
      );
      expect(rows).toEqual([]);
    },
    { timeout: 60_000, interval: 25 },
  );
}, 120_000);
afterAll(async () => {
  await workers?.close();
  await owner?.end();
  await api?.close();
});

/** The demand, in negotiation, is in a campaign that the market above its own runs, and chosen. */
async function gather(): Promise<Body> {
  const by = world.provinceDirector;
  const question = { code: 'why', zh: '为何', en: 'Why', kind: 'text', required: true };
  const form = { title: '需求征集', text: '面向全区。', regionCode: '640000', deadline: '2027-12-31T00:00:00.000Z' };
  const { body } = await by.post('/v1/campaigns', { ...form, questions: [question] });
  const url = `/v1/campaigns/${body.id}`;
  await by.post(`${url}/open`);
  const answers = { why: gathered.answer };
  const entry = (await world.enterprise.post(`${url}/entries`, { demandId: project.demandId, answers })).body;
  const selection = { entryId: entry.id, list: 'selected_projects', reason: gathered.reason };
  expect((await by.post(`${url}/selections`, selection)).status).toBe(201);
  return body;
}

/** Starts the project and hands its first milestone in, with a file. */
async function handIn(partner: Person): Promise<Body> {
  const url = `/v1/projects/${project.id}`;
  const party = ({ organizationId }: Person, role: string) => ({
    organizationId,
    role,
    workShare: 50,
    benefitShare: 50,
  });
  await world.enterprise.put(`${url}/parties`, {
    parties: [
      { ...party(world.enterprise, 'lead'), contributions: [{ kind: 'premises', description: brought }] },
      party(world.university, 'partner'),
    ],
  });
  await world.enterprise.post(`${url}/activate`);
  const milestone = `${url}/milestones/${project.milestones[0].id}`;
  await partner.put(`${milestone}/attachments/${evidence.name}`, evidence.bytes);
  expect((await partner.post(`${milestone}/submit`)).status).toBe(200);
  return (await partner.get(`${milestone}/submissions`)).body.items[0];
}

/** Everything that a reader can get with GET about the contract and all that hangs on it, exports included. */
async function readAll(reader: Caller): Promise<{ url: string; status: number; text: string }[]> {
  const ids = [contract.id, project.id, project.demandId, project.resultId, project.introductionId];
  const all = [...ids, world.enterprise.organizationId, world.university.organizationId];
  const queries: Record<string, string[]> = {
    '/v1/contracts': ['?limit=100', `?organizationId=${world.enterprise.organizationId}`],
    '/v1/contracts/export': ['?format=json', '?format=csv'],
    '/v1/contracts/{id}/export': ['?format=json', '?format=csv'],
    '/v1/projects/export': ['?format=json'],
    '/v1/audit': [...all, campaign.id].map((id) => `?subject=${id}&limit=100`),
    '/v1/notifications': ['?limit=100'],
    '/v1/search/demands': Object.values(secrets).map((secret) => `?q=${encodeURIComponent(secret)}`),
  };
  const others = {
    token: ['none'],
    deliveryId: [contract.id],
    number: ['0'],
    userId: [world.enterprise.userId],
    tierId: [contract.id],
    category: deskCategories,
    changeId: [contract.id],
    messageId: [contract.id],
    submissionId: [submission.id],
  };
  const urls = operationsOf(api)
    .filter(({ method, path }) => method === 'GET' && !path.endsWith('/stream'))
    .flatMap(({ path }) =>
      fillPath(path, {
        id: path.startsWith('/v1/campaigns/') ? [campaign.id] : all,
        milestoneId: [project.milestones[0].id],
        name: ['trl', evidence.name],
        ...others,
      }).flatMap((url) => (queries[path] ?? ['']).map((query) => `${url}${query}`)),
    );
  const answers: { url: string; status: number; text: string }[] = [];
  for (const url of urls) {
    const answer = await reader.get(url);
    answers.push({ url: url, status: answer.status, text: JSON.stringify(answer) });
  }
  return answers;
}

function leaksIn(answers: readonly { url: string; text: string }[]): string[] {
  return answers.flatMap(({ url, text }) =>
    Object.values({ ...secrets, ...evidence, ...gathered, brought })
      .filter((secret) => text.includes(secret))
      .map((secret) => `${secret} in ${url}`),
  );
}

it('the sides and their market do see what was written, so that the canaries are there to be found', async () => {
  for (const reader of [world.enterprise, world.university, world.demandBroker]) {
    for (const path of ['', '/export?format=csv', '/export?format=json']) {
      const text = JSON.stringify((await reader.get(`/v1/contracts/${contract.id}${path}`)).body);
      // The form has no field for the name of an account.
      const expected = Object.values(secrets).filter((secret) => path === '' || secret !== secrets.sellerAccountName);
      expect(expected.filter((secret) => !text.includes(secret))).toEqual([]);
    }
  }
});

it('and what is brought into the project, one by one and in the register', async () => {
  for (const reader of [world.enterprise, world.university, world.demandBroker]) {
    for (const path of [`/${project.id}`, '/export?format=json'])
      expect(JSON.stringify((await reader.get(`/v1/projects${path}`)).body)).toContain(brought);
  }
});

it('the parties and their market do read the evidence, so that its canaries are there to be found', async () => {
  const url = `/v1/projects/${project.id}/milestones/${project.milestones[0].id}/submissions`;
  for (const reader of [world.enterprise, world.university, world.demandBroker]) {
    expect((await reader.get(url)).body.items[0].attachments[0].name).toBe(evidence.name);
    expect((await reader.get(`${url}/${submission.id}/attachments/${evidence.name}`)).body).toBe(evidence.bytes);
  }
});

it('what was gathered goes to who gathered it, the answer to the demand’s side and nothing to the other party', async () => {
  const textOf = async (reader: Caller) =>
    JSON.stringify(
      await Promise.all(['', '/entries', '/report'].map((path) => reader.get(`/v1/campaigns/${campaign.id}${path}`))),
    );
  const seenBy = async (reader: Caller) => {
    const text = await textOf(reader);
    return Object.values(gathered).filter((secret) => text.includes(secret));
  };
  expect(await seenBy(world.provinceDirector)).toEqual(Object.values(gathered));
  for (const reader of [world.enterprise, world.demandBroker]) expect(await seenBy(reader)).toEqual([gathered.answer]);
  expect(await seenBy(world.university)).toEqual([]);
});

it.each([
  'an officer',
  'a colleague',
  'a stranger',
  "the broker of the result's market",
  'the administrator',
  'anonymous',
])(
  '%s finds nothing confidential of the contract anywhere',
  async (name) => {
    const readers: Record<string, Caller> = {
      'an officer': officer,
      'a colleague': colleague,
      'a stranger': world.strangerEnterprise,
      "the broker of the result's market": world.resultBroker,
      'the administrator': world.admin,
      anonymous: api.anonymous,
    };
    const answers = await readAll(readers[name] as Caller);
    expect(answers.filter(({ status }) => status >= 500)).toEqual([]);
    expect(answers.filter(({ status }) => status === 200).length).toBeGreaterThan(5);
    expect(leaksIn(answers)).toEqual([]);
  },
  60_000,
);

it('what is stored of a secret is in one table: in no message, delivery, job, notice or audit entry, and not in the log', async () => {
  const { rows: tables } = await owner.query<{ name: string }>(
    `select format('%I.%I', table_schema, table_name) as name from information_schema.tables
     where table_schema in ('public', 'bullmq') and table_type = 'BASE TABLE' order by 1`,
  );
  const homes = [
    ...Object.values(secrets).map((secret) => [secret, 'public.contract_confidential'] as const),
    [evidence.name, 'public.milestone_files'] as const,
    [brought, 'public.project_parties'] as const,
    [gathered.answer, 'public.campaign_answers_confidential'] as const,
    [gathered.reason, 'public.campaign_selections'] as const,
  ];
  for (const [secret, home] of homes) {
    const holding: string[] = [];
    for (const { name } of tables) {
      const { rowCount } = await owner.query(`select 1 from ${name} t where t::text like $1 limit 1`, [`%${secret}%`]);
      if (rowCount) holding.push(name);
    }
    expect([secret, holding]).toEqual([secret, [home]]);
    expect(logLines.filter((line) => line.includes(secret))).toEqual([]);
  }
}, 60_000);

it('a query that forgets to ask shows its rows to the two sides and their market alone, and approvals cannot be rewritten', async () => {
  const rowsFor = (organizationId: string, marketIds: readonly string[]) =>
    rolledBack(api.deps.pool, settingsOf({ organizationId, marketIds }), async (client) => {
      const files = await client.query('select 1 from milestone_files');
      const { rowCount } = await client.query('select 1 from contract_confidential');
      expect(files.rowCount).toBe(rowCount);
      return rowCount;
    });
  expect(await rowsFor(world.enterprise.organizationId, [])).toBe(1);
  expect(await rowsFor(world.university.organizationId, [])).toBe(1);
  expect(await rowsFor(world.demandMarket.id, [world.demandMarket.id])).toBe(1);
  expect(await rowsFor(world.resultMarket.id, [world.resultMarket.id])).toBe(0);
  expect(await rowsFor(officer.organizationId, [])).toBe(0);
  expect(await rowsFor(world.strangerEnterprise.organizationId, [])).toBe(0);
  for (const sql of ['update contract_approvals set user_id = id', 'delete from contract_approvals'])
    await expect(api.deps.pool.query(sql)).rejects.toThrow(/permission denied/);
});

it('its notices name the contract to its sides and its market, and reach nobody else', async () => {
  const { rows } = await owner.query<{ type: string; user_id: string; params: Body }>(
    `select type, user_id, params from notifications where type like 'contract.%' order by id`,
  );
  const reached = (type: string) => new Set(rows.filter((row) => row.type === type).map((row) => row.user_id));
  const staff = [world.demandBroker.userId, world.demandDirector.userId];
  expect(reached('contract.submitted')).toEqual(new Set(staff));
  for (const userId of [...staff, world.enterprise.userId, world.university.userId])
    expect(reached('contract.registered')).toContain(userId);
  expect(reached('contract.registered')).not.toContain(colleague.userId);
  expect(rows.at(-1)?.params.registrationNumber).toBe(contract.registrationNumber);
});
