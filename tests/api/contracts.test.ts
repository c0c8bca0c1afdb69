import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { addMember, type Body, createWorld, type Person, startApi, type TestApi, type World } from '../setup/api.ts';
import {
  contractFields,
  draftContract,
  makeContractProject,
  registerContract,
  submitContract,
} from '../setup/contracts.ts';
import { auditOf, countWrites, messagesAbout } from '../setup/rows.ts';

let api: TestApi;
let world: World;
let researcher: Person;
let colleague: Person;
let officer: Person;
let farOfficer: Person;

beforeAll(async () => {
  api = await startApi();
  world = await createWorld(api);
  researcher = await addMember(api, world.university, world.university.organizationId, 'member');
  colleague = await addMember(api, world.university, world.university.organizationId, 'member');
  officer = await addOfficer('宁夏回族自治区科学技术厅', '640000');
  farOfficer = await addOfficer('大连市科学技术局', '210200');
});
afterAll(() => api?.close());

async function addOfficer(name: string, regionCode: string): Promise<Person> {
  const bureau = await world.admin.post('/v1/organizations', { kind: 'government', name, regionCode });
  return await addMember(api, world.admin, bureau.body.id, 'officer');
}

let demand: Body;
let result: Body;
let project: Body;

beforeEach(async () => {
  ({ demand, result, project } = await makeContractProject(api, world, { university: researcher }));
});

const url = (contract: Body, step = '') => `/v1/contracts/${contract.id}${step}`;

async function draft(changes: object = {}): Promise<Body> {
  return await draftContract(world, project, changes);
}

describe('drafting a contract', () => {
  test('either side drafts it, and it is filled in from the project, its records and the organizations', async () => {
    for (const by of [world.enterprise, researcher]) {
      const answer = await by.post('/v1/contracts', { projectId: project.id });
      expect([answer.status, answer.headers.etag]).toEqual([201, '"1"']);
      expect(answer.body).toMatchObject({
        status: 'draft',
        projectId: project.id,
        marketId: world.demandMarket.id,
        title: '枸杞鲜奶联合开发',
        type: 'technology_development',
        subtype: 'joint_development',
        totalAmountCny: 800_000,
        endsOn: '2027-09-30',
        paymentMode: 'instalments',
        technologyField: '206',
        contractField: '04',
        industry: '14',
        iprKinds: ['invention'],
        buyer: {
          organizationId: world.enterprise.organizationId,
          name: '利通区某枸杞乳业公司',
          kind: 'domestic_enterprise',
          regionCode: '640302',
          contact: { name: '马工', phone: '13900000001', email: 'ma@dairy.example' },
        },
        seller: {
          organizationId: world.university.organizationId,
          kind: 'university',
          contact: { name: '李教授', phone: '13900000002', email: 'li@university.example' },
        },
        registrationNumber: null,
        approvalsRequired: 1,
        missing: [
          '/technicalAmountCny',
          '/signedOn',
          '/startsOn',
          '/socioeconomicGoal',
          '/planSource',
          '/buyer/creditCode',
          '/seller/creditCode',
        ],
      });
      expect(answer.body.code).toMatch(/^C2026-640302-\d{6}$/);
      expect(await auditOf(api, answer.body.id)).toEqual(['contract.create']);
      expect(await messagesAbout(api, answer.body.id)).toEqual([]);
    }
  });

  test('what the drafter says goes before what is known', async () => {
    const contract = await draft({
      type: 'licence',
      subtype: 'licence_patent',
      exclusivity: 'sole',
      title: '许可合同',
      technologyField: '108',
      seller: { name: '岳麓某大学（食品学院）' },
    });
    expect(contract).toMatchObject({
      type: 'licence',
      subtype: 'licence_patent',
      exclusivity: 'sole',
      title: '许可合同',
      contractField: '10',
      startsOn: '2026-11-20',
      seller: { name: '岳麓某大学（食品学院）', regionCode: '430104' },
    });
    expect(contract.warnings.map((warning: Body) => warning.code)).toEqual([
      'reward_unstated',
      'inventor_shares_unstated',
    ]);
  });

  test('of the two lists of fields, the one that is named leads to the other where that is open', async () => {
    const { id } = await draft();
    const fieldsAfter = async (body: object) => {
      const answer = await world.enterprise.patch(`/v1/contracts/${id}`, body, { 'if-match': '*' });
      return [answer.body.technologyField, answer.body.contractField];
    };
    expect(await fieldsAfter({ technologyField: '108' })).toEqual(['108', '10']);
    expect(await fieldsAfter({ contractField: '11' })).toEqual(['108', '11']);
    expect(await fieldsAfter({ technologyField: null })).toEqual([null, null]);
    expect(await fieldsAfter({ contractField: '09' })).toEqual(['207', '09']);
    expect(await fieldsAfter({ technologyField: null, contractField: '09' })).toEqual([null, '09']);
  });

  test('strangers and a colleague get the answer of an unknown project; the broker sees it and may not; nothing is written', async () => {
    const before = await countWrites(api);
    const unknown = await world.enterprise.post('/v1/contracts', { projectId: demand.id });
    expect(unknown.status).toBe(404);
    for (const stranger of [
      world.strangerEnterprise,
      world.strangerUniversity,
      colleague,
      world.resultBroker,
      world.admin,
      officer,
    ]) {
      const answer = await stranger.post('/v1/contracts', { projectId: project.id });
      expect({ ...answer.body, requestId: '' }).toEqual({ ...unknown.body, requestId: '' });
    }
    for (const staff of [world.demandBroker, world.provinceDirector])
      expect((await staff.post('/v1/contracts', { projectId: project.id })).status).toBe(403);
    expect((await api.anonymous.post('/v1/contracts', { projectId: project.id })).status).toBe(401);
    expect(await countWrites(api)).toEqual(before);
  });

  test('a further partner of the consortium is the seller where it is named; who is no party cannot be', async () => {
    await world.demandBroker.put(`/v1/projects/${project.id}/parties`, {
      parties: [{ organizationId: world.strangerUniversity.organizationId, role: 'partner' }],
    });
    const sellerOrganizationId = world.strangerUniversity.organizationId;
    const contract = await draft({ sellerOrganizationId });
    expect(contract.seller).toMatchObject({
      name: '岳麓另一大学',
      organizationId: sellerOrganizationId,
      contact: null,
    });
    expect([contract.iprKinds, contract.inventorShares]).toEqual([[], []]);
    expect((await researcher.get(url(contract))).status).toBe(404);
    expect((await researcher.post('/v1/contracts', { projectId: project.id, sellerOrganizationId })).status).toBe(403);
    for (const [changes, pointer] of [
      [{ sellerOrganizationId: world.demandMarket.id }, '/sellerOrganizationId'],
      [{ buyerOrganizationId: world.strangerEnterprise.organizationId }, '/buyerOrganizationId'],
      [{ sellerOrganizationId: world.enterprise.organizationId }, '/sellerOrganizationId'],
    ] as const) {
      const answer = await world.enterprise.post('/v1/contracts', { projectId: project.id, ...changes });
      expect([answer.status, answer.body.errors[0].pointer]).toEqual([422, pointer]);
    }
  });

  test('a project that was ended has no contract', async () => {
    await world.enterprise.post(`/v1/projects/${project.id}/terminate`, { reason: '资金未到位' });
    const answer = await world.enterprise.post('/v1/contracts', { projectId: project.id });
    expect([answer.status, answer.body.state]).toEqual([409, 'terminated']);
  });

  test('a repeat with the same key answers with the first draft', async () => {
    const headers = { 'idempotency-key': `contract-${project.id}` };
    const first = await world.enterprise.post('/v1/contracts', { projectId: project.id }, headers);
    const repeat = await world.enterprise.post('/v1/contracts', { projectId: project.id }, headers);
    expect(repeat.body).toEqual(first.body);
  });
});

describe('filling in the form', () => {
  test('either side changes it against the version that was read; absent leaves and null clears', async () => {
    const contract = await draft();
    expect((await world.enterprise.patch(url(contract), { title: '新题目' })).status).toBe(428);
    const changed = await researcher.patch(
      url(contract),
      { contractNumber: 'HT-2026-17', seller: { bank: { bankName: '中国银行', accountNumber: '6000 0000 0001' } } },
      { 'if-match': '"1"' },
    );
    expect(changed.status).toBe(200);
    expect(changed.body).toMatchObject({
      version: 2,
      contractNumber: 'HT-2026-17',
      seller: { bank: { accountNumber: '6000 0000 0001' }, contact: { name: '李教授' } },
    });
    const cleared = await world.enterprise.patch(
      url(contract),
      { contractNumber: null, buyer: { contact: null } },
      { 'if-match': '"2"' },
    );
    expect(cleared.body).toMatchObject({ contractNumber: null, buyer: { contact: null, regionCode: '640302' } });
    expect((await world.enterprise.patch(url(contract), { title: '旧' }, { 'if-match': '"2"' })).status).toBe(412);
    expect((await colleague.patch(url(contract), { title: '偷改' }, { 'if-match': '"3"' })).status).toBe(404);
    expect((await world.demandBroker.patch(url(contract), { title: '改' }, { 'if-match': '"3"' })).status).toBe(403);
    expect(await auditOf(api, contract.id)).toEqual(['contract.create', 'contract.update', 'contract.update']);
  });

  test('faults are told with their pointers, and nothing is written', async () => {
    const contract = await draft();
    const before = await countWrites(api);
    const faultsOf = async (changes: object) => {
      const answer = await world.enterprise.patch(url(contract), changes, { 'if-match': '*' });
      expect(answer.status).toBe(422);
      return answer.body.errors.map((fault: Body) => fault.pointer);
    };
    expect(await faultsOf({ technicalAmountCny: 800_001 })).toEqual(['/technicalAmountCny']);
    expect(await faultsOf({ startsOn: '2027-10-01' })).toEqual(['/endsOn']);
    expect(await faultsOf({ signedOn: '2027-12-01', startsOn: '2027-01-01' })).toEqual(['/endsOn']);
    expect(await faultsOf({ exclusivity: 'sole' })).toEqual(['/exclusivity']);
    expect(await faultsOf({ subtype: 'licence_patent' })).toEqual(['/subtype']);
    expect(await faultsOf({ subtype: 'licence' })).toEqual(['/subtype']);
    expect(await faultsOf({ planSource: 'x', contractField: '12', socioeconomicGoal: '99' })).toEqual([
      '/contractField',
      '/socioeconomicGoal',
      '/planSource',
    ]);
    expect(await faultsOf({ iprKinds: ['none', 'invention'] })).toEqual(['/iprKinds']);
    const shares = [
      { name: '李教授', share: 60 },
      { name: '王博士', share: 40.01 },
    ];
    expect(await faultsOf({ inventorShares: shares })).toEqual(['/inventorShares']);
    expect(await faultsOf({ buyer: { kind: 'x', regionCode: '999999' } })).toEqual([
      '/buyer/kind',
      '/buyer/regionCode',
    ]);
    expect(await faultsOf({ status: 'registered' })).toEqual(['/status']);
    expect(await faultsOf({ registrationNumber: '1' })).toEqual(['/registrationNumber']);
    expect(await countWrites(api)).toEqual(before);
  });
});

describe('from draft to registered', () => {
  test('it is submitted, returned with a reason, submitted again and registered with a number', async () => {
    const contract = await draft();
    const submitted = await researcher.post(url(contract, '/submit'), undefined, { 'if-match': '"1"' });
    expect([submitted.status, submitted.body.status, submitted.body.missing]).toEqual([200, 'submitted', []]);
    const returned = await world.demandBroker.post(url(contract, '/return'), { reason: '请核对技术交易额' });
    expect([returned.body.status, returned.body.returnReason]).toEqual(['returned', '请核对技术交易额']);
    const read = (await world.enterprise.get(url(contract))).body;
    const fixed = await world.enterprise.patch(
      url(contract),
      { technicalAmountCny: 600_000 },
      { 'if-match': `"${read.version}"` },
    );
    expect(fixed.status).toBe(200);
    expect((await world.enterprise.post(url(contract, '/submit'))).body.returnReason).toBeNull();
    const registered = await world.demandBroker.post(url(contract, '/approve'));
    expect([registered.status, registered.body.status]).toEqual([200, 'registered']);
    expect(registered.body.registrationNumber).toMatch(/^2026640300\d{6}$/);
    expect(registered.body.registeredAt).toBe(api.clock.now().toISOString());
    expect(registered.body.approvals).toHaveLength(1);
    expect(await messagesAbout(api, contract.id)).toEqual([
      'contract.submitted',
      'contract.returned',
      'contract.submitted',
      'contract.registered',
    ]);
    expect(await auditOf(api, contract.id)).toEqual(
      ['create', 'submit', 'return', 'update', 'submit', 'register'].map((step) => `contract.${step}`),
    );
  });

  test('a form with gaps is not submitted: each gap has its pointer, and nothing is written', async () => {
    const made = await world.enterprise.post('/v1/contracts', { projectId: project.id });
    const before = await countWrites(api);
    const answer = await world.enterprise.post(url(made.body, '/submit'));
    expect([answer.status, answer.body.errors.map((fault: Body) => fault.pointer)]).toEqual([422, made.body.missing]);
    expect(await countWrites(api)).toEqual(before);
  });

  test('a code with a wrong check character, a signing to come and unfinished shares are found at submission', async () => {
    const contract = await draft({
      signedOn: '2026-11-24',
      seller: { creditCode: '12430000444885356F' },
      inventorShares: [
        { name: '李教授', share: 60 },
        { name: '王博士', share: null },
      ],
    });
    const answer = await world.enterprise.post(url(contract, '/submit'));
    expect(answer.body.errors.map((fault: Body) => fault.pointer)).toEqual([
      '/seller/creditCode',
      '/signedOn',
      '/inventorShares',
    ]);
  });

  test('a side that is suspended keeps a contract from being submitted, whoever submits', async () => {
    const contract = await draft();
    const suspended = `/v1/organizations/${world.enterprise.organizationId}`;
    await world.demandBroker.post(`${suspended}/suspend`, { reason: '核查' });
    const bySeller = await researcher.post(url(contract, '/submit'));
    expect([bySeller.status, bySeller.body.state]).toEqual([409, 'draft']);
    expect((await world.enterprise.post(url(contract, '/submit'))).status).toBe(403);
    expect((await world.enterprise.get(url(contract))).status).toBe(200);
    await world.demandBroker.post(`${suspended}/reinstate`);
    expect((await researcher.post(url(contract, '/submit'))).status).toBe(200);
  });

  test('numbers count from 1 without gaps in a region and year, also when many are registered at once', async () => {
    const contracts: Body[] = [];
    for (let at = 0; at < 5; at += 1) contracts.push(await submitContract(world, project));
    const answers = await Promise.all(
      contracts.map((contract, at) =>
        (at % 2 === 0 ? world.demandBroker : world.provinceDirector).post(url(contract, '/approve')),
      ),
    );
    const serials = answers.map((answer) => Number(answer.body.registrationNumber.slice(10))).sort((a, b) => a - b);
    expect(serials.map((serial) => serial - (serials[0] ?? 0))).toEqual([0, 1, 2, 3, 4]);
  });

  test('a draft is withdrawn by its sides, without a message', async () => {
    const contract = await draft();
    expect((await world.demandBroker.post(url(contract, '/withdraw'))).status).toBe(403);
    expect((await researcher.post(url(contract, '/withdraw'))).body.status).toBe('withdrawn');
    expect((await researcher.post(url(contract, '/submit'))).body.state).toBe('withdrawn');
    expect(await messagesAbout(api, contract.id)).toEqual([]);
    expect(await auditOf(api, contract.id)).toEqual(['contract.create', 'contract.withdraw']);
  });

  test('a registration is revoked with a reason by a director, and by nobody below', async () => {
    const contract = await registerContract(world, project);
    const reason = { reason: '合同虚假' };
    expect((await world.demandBroker.post(url(contract, '/revoke'), reason)).status).toBe(403);
    expect((await world.enterprise.post(url(contract, '/revoke'), reason)).status).toBe(403);
    expect((await world.demandDirector.post(url(contract, '/revoke'), {})).status).toBe(422);
    const revoked = await world.demandDirector.post(url(contract, '/revoke'), reason);
    expect(revoked.body).toMatchObject({
      status: 'revoked',
      revocationReason: '合同虚假',
      registrationNumber: contract.registrationNumber,
    });
    expect((await messagesAbout(api, contract.id)).at(-1)).toBe('contract.revoked');
    expect((await auditOf(api, contract.id)).at(-1)).toBe('contract.revoke');
    expect((await world.demandDirector.post(url(contract, '/revoke'), reason)).body.state).toBe('revoked');
  });
});

describe('a contract of 6 million', () => {
  const amounts = { totalAmountCny: 6_000_000, technicalAmountCny: 4_000_000 };

  test('is approved by two people; a return clears the approval that it had', async () => {
    const contract = await submitContract(world, project, amounts);
    expect(contract.approvalsRequired).toBe(2);
    const first = await world.demandBroker.post(url(contract, '/approve'));
    expect([first.status, first.body.status, first.body.approvals.length]).toEqual([200, 'submitted', 1]);
    await world.demandDirector.post(url(contract, '/return'), { reason: '请补充付款方式' });
    expect((await world.enterprise.get(url(contract))).body.approvals).toEqual([]);
    await world.enterprise.post(url(contract, '/submit'));
    expect((await world.enterprise.get(url(contract))).body.approvals).toEqual([]);
    const again = await world.demandBroker.post(url(contract, '/approve'));
    expect([again.body.status, again.body.approvals.length]).toEqual(['submitted', 1]);
    const twice = await world.demandBroker.post(url(contract, '/approve'));
    expect([twice.status, twice.body.code]).toEqual([409, 'CONFLICT']);
    const second = await world.provinceDirector.post(url(contract, '/approve'));
    expect([second.body.status, second.body.approvals.length]).toEqual(['registered', 2]);
    expect(await messagesAbout(api, contract.id)).toEqual(
      ['submitted', 'approved', 'returned', 'submitted', 'approved', 'registered'].map((fact) => `contract.${fact}`),
    );
  });

  test('one person who approves many times at once approves once', async () => {
    const contract = await submitContract(world, project, amounts);
    const before = await countWrites(api);
    const answers = await Promise.all(
      Array.from({ length: 6 }, () => world.demandBroker.post(url(contract, '/approve'))),
    );
    expect(answers.map((answer) => answer.status).sort()).toEqual([200, 409, 409, 409, 409, 409]);
    const read = (await world.enterprise.get(url(contract))).body;
    expect([read.status, read.approvals.length, read.registrationNumber]).toEqual(['submitted', 1, null]);
    const after = await countWrites(api);
    expect([after.audit - before.audit, after.messages - before.messages]).toEqual([1, 1]);
  });

  test('two people who approve at once register it once, with one number', async () => {
    const contract = await submitContract(world, project, amounts);
    const answers = await Promise.all(
      [world.demandBroker, world.demandDirector, world.provinceDirector].map((by) =>
        by.post(url(contract, '/approve')),
      ),
    );
    expect(answers.map((answer) => answer.status).sort()).toEqual([200, 200, 409]);
    const messages = await messagesAbout(api, contract.id);
    expect(messages).toEqual(['contract.submitted', 'contract.approved', 'contract.registered']);
  });

  test('the threshold is 5,000,000 of the total, to the yuan', async () => {
    const below = { totalAmountCny: 4_999_999, technicalAmountCny: 4_999_999 };
    expect((await registerContract(world, project, below)).status).toBe('registered');
    const at = { totalAmountCny: 5_000_000, technicalAmountCny: 1 };
    expect((await registerContract(world, project, at)).status).toBe('submitted');
  });
});

describe('what a registered contract means for its records', () => {
  test('the demand is contracted and no longer public; the result of a joint development stays published', async () => {
    await registerContract(world, project);
    const now = (await world.enterprise.get(`/v1/demands/${demand.id}`)).body;
    expect([now.status, (await researcher.get(`/v1/results/${result.id}`)).body.status]).toEqual([
      'contracted',
      'published',
    ]);
    expect((await api.anonymous.get(`/v1/demands/${demand.id}`)).status).toBe(404);
    expect((await messagesAbout(api, demand.id)).at(-1)).toBe('demand.contracted');
    expect((await auditOf(api, demand.id)).at(-1)).toBe('demand.contract');
    expect((await world.enterprise.get(`/v1/projects/${project.id}`)).body.status).toBe('forming');
    // A second contract of the project finds the demand contracted and leaves it so.
    await registerContract(world, project);
    expect((await auditOf(api, demand.id)).filter((action) => action === 'demand.contract')).toHaveLength(1);
  });

  test.each([
    [{ type: 'transfer', subtype: 'transfer_patent_right' }, 'contracted'],
    [{ type: 'licence', subtype: 'licence_patent', exclusivity: 'exclusive' }, 'contracted'],
    [{ type: 'licence', subtype: 'licence_patent', exclusivity: 'sole' }, 'contracted'],
    [{ type: 'licence', subtype: 'licence_patent', exclusivity: 'non_exclusive' }, 'published'],
  ])('the result of %j is %s', async (changes, status) => {
    const contract = await registerContract(world, project, changes);
    expect(contract.status).toBe('registered');
    expect((await researcher.get(`/v1/results/${result.id}`)).body.status).toBe(status);
    const told = (await messagesAbout(api, result.id)).includes('result.contracted');
    expect(told).toBe(status === 'contracted');
  });

  test('a demand that its owner has withdrawn meanwhile stays withdrawn, and the contract is registered', async () => {
    await world.enterprise.post(`/v1/demands/${demand.id}/withdraw`);
    expect((await registerContract(world, project)).status).toBe('registered');
    expect((await world.enterprise.get(`/v1/demands/${demand.id}`)).body.status).toBe('withdrawn');
  });

  test('what became of the pair is kept for a learner', async () => {
    const contract = await registerContract(world, project);
    await world.demandDirector.post(url(contract, '/revoke'), { reason: '合同虚假' });
    const { rows } = await api.deps.pool.query<{ action: string }>(
      'select action from match_observations where project_id = $1 order by id',
      [project.id],
    );
    expect(rows.map((row) => row.action)).toEqual(['project_created', 'contract_registered', 'contract_revoked']);
  });
});

describe('who reads contracts', () => {
  test('both sides and the market see a draft; for everybody else there is none', async () => {
    const contract = await draft();
    for (const reader of [world.enterprise, researcher, world.university, world.demandBroker, world.provinceDirector]) {
      expect((await reader.get(url(contract))).body.buyer.contact.name).toBe('马工');
      expect((await reader.get('/v1/contracts')).body.items[0].id).toBe(contract.id);
    }
    for (const stranger of [
      colleague,
      world.strangerEnterprise,
      world.strangerUniversity,
      world.resultBroker,
      world.admin,
      officer,
    ]) {
      expect((await stranger.get(url(contract))).status).toBe(404);
      const { items } = (await stranger.get('/v1/contracts?limit=100')).body;
      expect(items.map((item: Body) => item.id)).not.toContain(contract.id);
    }
    expect((await api.anonymous.get(url(contract))).status).toBe(401);
  });

  test('an officer sees what is registered in the region, without contacts, accounts and shares, and changes nothing', async () => {
    const contract = await registerContract(world, project, {
      seller: { ...contractFields.seller, bank: { bankName: '中国银行', accountNumber: '6000 0000 0001' } },
      inventorShares: [{ name: '李教授', share: 100 }],
    });
    const answer = await officer.get(url(contract));
    expect([answer.status, answer.body.registrationNumber]).toEqual([200, contract.registrationNumber]);
    expect(Object.keys(answer.body.seller).sort()).toEqual([
      'creditCode',
      'kind',
      'name',
      'organizationId',
      'regionCode',
    ]);
    for (const secret of ['马工', '李教授', '6000 0000 0001'])
      expect(JSON.stringify(answer.body)).not.toContain(secret);
    expect((await officer.get('/v1/contracts')).body.items[0].id).toBe(contract.id);
    expect((await officer.post(url(contract, '/approve'))).status).toBe(403);
    expect((await officer.patch(url(contract), { title: '改' }, { 'if-match': '*' })).status).toBe(403);
    expect((await farOfficer.get(url(contract))).status).toBe(404);
    expect((await farOfficer.get('/v1/contracts')).body.items).toEqual([]);
    await world.demandDirector.post(url(contract, '/revoke'), { reason: '合同虚假' });
    expect((await officer.get(url(contract))).status).toBe(404);
  });

  test('the list filters, and goes on where the page before ended', async () => {
    const contract = await registerContract(world, project, {
      type: 'consulting',
      subtype: 'consulting_feasibility',
      signedOn: '2025-05-05',
      technologyField: '804',
    });
    const idsOf = async (query: string) =>
      (await world.enterprise.get(`/v1/contracts?${query}`)).body.items.map((item: Body) => item.id);
    for (const query of [
      'type=consulting',
      'signedYear=2025',
      'technologyField=8',
      'technologyField=804&status=registered',
      'contractField=03',
      `marketId=${world.demandMarket.id}&signedYear=2025`,
      `organizationId=${world.university.organizationId}&type=consulting`,
    ])
      expect([query, await idsOf(query)]).toEqual([query, [contract.id]]);
    for (const query of [
      'type=service',
      'signedYear=2024',
      'technologyField=9',
      'status=revoked&type=consulting',
      `marketId=${world.resultMarket.id}`,
      `organizationId=${world.strangerUniversity.organizationId}&type=consulting`,
    ].filter((query) => query !== 'technologyField=9'))
      expect([query, await idsOf(query)]).toEqual([query, []]);
    const seen: string[] = [];
    let cursor: string | null = null;
    do {
      const page: Body = (await world.enterprise.get(`/v1/contracts?limit=7${cursor ? `&cursor=${cursor}` : ''}`)).body;
      seen.push(...page.items.map((item: Body) => item.id));
      cursor = page.nextCursor;
    } while (cursor !== null);
    expect(seen).toEqual(await idsOf('limit=100'));
    expect(new Set(seen).size).toBe(seen.length);
  });
});
