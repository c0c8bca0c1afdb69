import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { chinaDate } from '../../src/core/clock.ts';
import { type Answer, type Body, createWorld, startApi, type TestApi } from '../setup/api.ts';
import { type Consortium, consortiumOf, consortiumParties, projectMaker, start, thirds } from '../setup/projects.ts';
import { auditOf, countWrites, messagesAbout } from '../setup/rows.ts';

let api: TestApi;
let cast: Consortium;
let make: (changes?: object) => Promise<Body>;

beforeAll(async () => {
  api = await startApi();
  const world = await createWorld(api);
  cast = consortiumOf(world, world.strangerEnterprise);
  make = await projectMaker(api, world);
});
afterAll(() => api?.close());

function pointers(answer: Answer): string[] {
  expect(answer.status).toBe(422);
  return answer.body.errors.map((fault: Body) => fault.pointer);
}

/** A running project of all four. */
async function run(changes: object = {}): Promise<{ url: string; project: Body; milestones: string[] }> {
  const project = await make({ parties: consortiumParties(cast), ...changes });
  const url = await start(cast.broker, project);
  return { url, project, milestones: project.milestones.map((each: Body) => `${url}/milestones/${each.id}`) };
}

async function accept(milestone: string | undefined): Promise<string> {
  await cast.partner.post(`${milestone}/submit`);
  expect((await cast.lead.post(`${milestone}/accept`)).status).toBe(200);
  return `${milestone}`;
}

describe('an itemised budget', () => {
  const items = [
    { category: 'equipment', amountCny: 600_000 },
    { category: 'labour', amountCny: 400_000 },
  ];

  test('has items of the vocabulary that add to it, before the project starts', async () => {
    const project = await make({ fundingMode: 'itemised', parties: consortiumParties(cast) });
    const url = `/v1/projects/${project.id}`;
    expect((await cast.lead.post(`${url}/activate`)).body).toMatchObject({ code: 'INVALID_STATE', state: 'forming' });
    const change = (body: object) => cast.lead.patch(url, body, { 'if-match': '*' });
    expect(pointers(await change({ budgetItems: [{ category: 'yachts', amountCny: 1 }] }))).toEqual([
      '/budgetItems',
      '/budgetItems/0/category',
    ]);
    const stated = await change({ budgetItems: items });
    expect(stated.body.budgetItems).toEqual(items);
    expect(pointers(await change({ budgetCny: 900_000 }))).toEqual(['/budgetItems']);
    expect((await change({ fundingMode: 'lump_sum', budgetCny: 900_000 })).body).toMatchObject({ budgetItems: [] });
    expect((await change({ fundingMode: 'itemised', budgetCny: 1_000_000, budgetItems: items })).status).toBe(200);
    const active = await cast.lead.post(`${url}/activate`);
    expect(active.body).toMatchObject({ status: 'active', budgetItems: items });
    expect(active.body.activatedAt).toBe(api.clock.now().toISOString());
  });

  test('of another amount gives the milestones other amounts', async () => {
    const project = await make();
    expect(project.milestones.map((each: Body) => each.amountCny)).toEqual([300_000, 300_000, 400_000]);
    const changed = await cast.lead.patch(`/v1/projects/${project.id}`, { budgetCny: 100 }, { 'if-match': '*' });
    expect(changed.body.milestones.map((each: Body) => each.amountCny)).toEqual([30, 30, 40]);
  });
});

describe('a co-founded institute', () => {
  const institution = { name: '宁夏枸杞产业研究院', regionCode: '640302', foundedOn: '2027-01-01', termYears: 3 };

  test('says what it is and what each party brings in, and is reviewed every year', async () => {
    const [lead, ...others] = consortiumParties(cast);
    const contributions = [
      { kind: 'money', amountCny: 5_000_000 },
      { kind: 'premises', description: '孵化楼三层' },
    ];
    const parties = [{ ...lead, contributions }, ...others];
    const input = {
      kind: 'institute',
      institution,
      milestones: undefined,
      annualReviewCriteria: '年度考核合格',
      parties,
    };
    const project = await make(input);
    expect(project).toMatchObject({
      kind: 'institute',
      institution: { ...institution, headcount: null, governance: null },
      parties: [
        {
          role: 'lead',
          contributions: [
            { kind: 'money', amountCny: 5_000_000, description: null },
            { kind: 'premises', amountCny: null, description: '孵化楼三层' },
          ],
        },
        { contributions: [] },
        {},
        {},
      ],
    });
    expect(project.milestones.map((each: Body) => [each.dueOn, each.amountCny])).toEqual([
      ['2028-01-01', 333_334],
      ['2029-01-01', 333_333],
      ['2030-01-01', 333_333],
    ]);
    const url = `/v1/projects/${project.id}`;
    const governance = '理事会领导下的院长负责制';
    const changed = await cast.partner.patch(
      url,
      { institution: { ...institution, governance } },
      { 'if-match': '"1"' },
    );
    expect(changed.body.institution.governance).toBe(governance);
    const listed = (await cast.broker.get('/v1/projects?kind=institute')).body.items;
    expect(listed.map((each: Body) => each.id)).toEqual([project.id]);
  });

  test('and a joint project are told apart', async () => {
    const post = (changes: object) => cast.broker.post('/v1/projects', changes);
    const project = await make();
    const body = { introductionId: project.introductionId, title: '平台', budgetCny: 1, fundingMode: 'lump_sum' };
    const change = (changes: object) => cast.lead.patch(`/v1/projects/${project.id}`, changes, { 'if-match': '*' });
    expect(pointers(await change({ institution }))).toEqual(['/institution']);
    // Of a project that there is already, so that only the faults of form are told before.
    expect((await post({ ...body, kind: 'platform', milestones: thirds })).status).toBe(409);
  });
});

describe('evidence', () => {
  test('is kept of every hand-in with what was said to it, for the parties and the market alone', async () => {
    const { milestones } = await run();
    const [url] = milestones;
    const documents = [{ name: '检测报告', note: '编号 7' }, { name: '原始记录' }];
    await cast.partner.post(`${url}/submit`, { statement: '三批合格', documents });
    await cast.lead.post(`${url}/rework`, { reason: '第三批未达标' });
    await cast.second.post(`${url}/submit`);
    await cast.broker.post(`${url}/accept`);
    for (const reader of Object.values(cast)) {
      const { items } = (await reader.get(`${url}/submissions`)).body;
      expect(items).toMatchObject([
        { number: 2, organizationId: cast.second.organizationId, statement: null, documents: [], verdict: 'accepted' },
        { number: 1, statement: '三批合格', verdict: 'rework', reworkReason: '第三批未达标' },
      ]);
      expect(items[1].documents).toEqual([documents[0], { name: '原始记录', note: null }]);
    }
    const first = (await cast.lead.get(`${url}/submissions?limit=1`)).body;
    const rest = (await cast.lead.get(`${url}/submissions?cursor=${first.nextCursor}`)).body;
    expect([first.items[0].number, rest.items[0].number, rest.nextCursor]).toEqual([2, 1, null]);
  });

  test('in files is the partners’ until it is handed in, and then every party’s, and the judge’s', async () => {
    const { project, milestones } = await run();
    const [url] = milestones;
    const files = `${url}/attachments`;
    const report = await cast.partner.put(`${files}/report.txt`, '初稿');
    expect(report.body).toMatchObject({ name: 'report.txt', mediaType: 'text/plain', sizeBytes: 6 });
    const replaced = await cast.second.put(`${files}/report.txt`, '三批合格');
    await cast.second.put(`${files}/raw.txt`, '原始记录');
    const ready = (await cast.partner.get(files)).body.items;
    expect(ready.map((each: Body) => each.name)).toEqual(['raw.txt', 'report.txt']);
    expect(ready[1]).toEqual(replaced.body);
    expect((await cast.partner.get(`${files}/report.txt`)).body).toBe('三批合格');
    for (const other of [cast.lead, cast.funder, cast.broker]) {
      const answers = [
        await other.get(files),
        await other.get(`${files}/report.txt`),
        await other.get(`${files}/none`),
      ];
      expect(answers.map(({ status }) => status)).toEqual([403, 403, 403]);
    }
    await cast.partner.post(`${url}/submit`);
    expect((await cast.partner.get(files)).body.items).toEqual([]);
    for (const reader of Object.values(cast)) {
      const [submission] = (await reader.get(`${url}/submissions`)).body.items;
      expect(submission.attachments).toEqual(ready);
      const file = await reader.get(`${url}/submissions/${submission.id}/attachments/report.txt`);
      expect([file.status, file.body]).toEqual([200, '三批合格']);
      const elsewhere = `${milestones[1]}/submissions/${submission.id}/attachments/report.txt`;
      expect((await reader.get(elsewhere)).status).toBe(404);
    }
    // Given back, it is handed in with other files; what was judged stands.
    expect((await cast.partner.put(`${files}/late.txt`, 'x')).body).toMatchObject({ state: 'submitted' });
    await cast.lead.post(`${url}/rework`, { reason: '缺第三方报告' });
    expect((await cast.partner.delete(`${files}/report.txt`)).status).toBe(404);
    await cast.partner.put(`${files}/report.txt`, '第三方报告');
    await cast.partner.post(`${url}/submit`);
    const { items } = (await cast.lead.get(`${url}/submissions`)).body;
    expect(items.map((each: Body) => each.attachments.map((file: Body) => file.name))).toEqual([
      ['report.txt'],
      ['raw.txt', 'report.txt'],
    ]);
    const steps = ['attach', 'attach', 'attach', 'submit', 'rework', 'attach', 'submit'];
    expect(await auditOf(api, project.milestones[0].id)).toEqual(steps.map((step) => `milestone.${step}`));
  });

  test('in files that are not handed in is let go with its last use: replaced, deleted, or its milestone dropped', async () => {
    const { url, project, milestones } = await run();
    const [, second, third] = milestones;
    const put = (milestone: string | undefined, name: string, text: string) =>
      cast.partner.put(`${milestone}/attachments/${name}`, text);
    const rowsOf = async () => {
      const { rows } = await api.deps.pool.query(
        'select sha256, released_at is not null as released from files order by id desc limit 3',
      );
      return rows.map(({ released }) => released).reverse();
    };
    await put(second, 'a.txt', '一');
    await put(second, 'a.txt', '二');
    await put(third, 'b.txt', '三');
    expect(await rowsOf()).toEqual([true, false, false]);
    expect((await cast.second.delete(`${second}/attachments/a.txt`)).status).toBe(204);
    expect(await rowsOf()).toEqual([true, true, false]);
    const kept = project.milestones.slice(0, 2).map(({ id }: Body, at: number) => ({ id, ...thirds[at] }));
    const change = await cast.lead.post(`${url}/changes`, {
      reason: '不再量产',
      milestones: [kept[0], { ...kept[1], paymentShare: 70 }],
    });
    for (const party of [cast.partner, cast.second, cast.funder])
      expect((await party.post(`${url}/changes/${change.body.id}/accept`)).status).toBe(200);
    expect((await cast.lead.get(url)).body.milestones).toHaveLength(2);
    expect(await rowsOf()).toEqual([true, true, true]);
  });

  test('in files is limited, refused where nothing can be handed in, and hidden by the database itself', async () => {
    const { url, milestones } = await run();
    const files = `${milestones[0]}/attachments`;
    for (let at = 0; at < 20; at += 1) await cast.partner.put(`${files}/${at}.txt`, 'x');
    const before = await countWrites(api);
    expect((await cast.partner.put(`${files}/20.txt`, 'x')).body).toMatchObject({ code: 'CONFLICT' });
    const html = await cast.partner.put(`${files}/0.txt`, 'x', { 'content-type': 'image/png' });
    expect(html.status).toBe(415);
    expect((await cast.lead.put(`${files}/0.txt`, 'x')).status).toBe(403);
    expect((await cast.lead.delete(`${files}/0.txt`)).status).toBe(403);
    expect(await countWrites(api)).toEqual(before);
    await cast.lead.post(`${url}/suspend`, { reason: '等待设备' });
    expect((await cast.partner.put(`${files}/0.txt`, 'x')).body).toMatchObject({ state: 'suspended' });
    expect((await cast.partner.delete(`${files}/0.txt`)).status).toBe(204);
    const { rows } = await api.deps.pool.query('select count(*)::int as seen from milestone_files');
    expect(rows).toEqual([{ seen: 0 }]);
    await expect(api.deps.pool.query('truncate milestone_files')).rejects.toThrow('permission denied');
  });
});

describe('payments', () => {
  test('come in instalments from lead and funder; the milestone is paid once all of it is confirmed', async () => {
    const { url, project, milestones } = await run();
    const milestone = await accept(milestones[0]);
    const pay = (by: Body, amountCny: number, more: object = {}) =>
      by.post(`${milestone}/payments`, {
        amountCny,
        paidOn: chinaDate(api.clock.now()),
        payeeOrganizationId: cast.partner.organizationId,
        ...more,
      });
    const first = await pay(cast.lead, 100_000, { reference: '回单甲', note: '首付' });
    expect([first.status, first.body.status, first.headers.etag]).toEqual([201, 'recorded', '"1"']);
    const ofFunder = (await pay(cast.funder, 50_000, { payeeOrganizationId: cast.second.organizationId })).body;
    expect(pointers(await pay(cast.lead, 150_001))).toEqual(['/amountCny']);
    expect(pointers(await pay(cast.lead, 1, { payeeOrganizationId: undefined }))).toEqual(['/payeeOrganizationId']);
    const lost = (await pay(cast.lead, 150_000)).body;

    const on = (payment: Body, step: string) => `${milestone}/payments/${payment.id}/${step}`;
    expect((await cast.second.post(on(first.body, 'confirm'))).status).toBe(403);
    expect((await cast.lead.post(on(first.body, 'confirm'))).status).toBe(403);
    expect((await cast.partner.post(on(first.body, 'withdraw'))).status).toBe(403);
    expect((await cast.partner.post(on(first.body, 'confirm'), undefined, { 'if-match': '"2"' })).status).toBe(412);
    expect((await cast.partner.post(on(first.body, 'confirm'))).body.status).toBe('confirmed');
    expect((await cast.lead.get(milestone)).body).toMatchObject({ status: 'accepted', settledCny: 100_000 });
    const disputed = await cast.partner.post(on(lost, 'dispute'), { reason: '账上未见' });
    expect([disputed.body.status, disputed.body.disputeReason]).toEqual(['disputed', '账上未见']);
    expect((await cast.second.post(on(ofFunder, 'confirm'))).status).toBe(200);

    const rest = (await pay(cast.lead, 150_000)).body;
    const early = await cast.lead.post(`${milestone}/pay`);
    expect([early.status, early.body.state]).toEqual([409, 'accepted']);
    expect((await cast.lead.post(on(rest, 'withdraw'))).body.status).toBe('withdrawn');
    const last = (await pay(cast.lead, 150_000)).body;
    expect((await cast.partner.post(on(last, 'confirm'))).status).toBe(200);
    const paid = (await cast.lead.get(url)).body;
    expect(paid.milestones[0]).toMatchObject({ status: 'paid', amountCny: 300_000, settledCny: 300_000 });
    expect((await pay(cast.lead, 1)).body.state).toBe('paid');

    const messages = (await messagesAbout(api, project.milestones[0].id)).slice(2);
    const told = (what: string) => `milestone.payment_${what}`;
    expect(messages).toEqual(
      [
        'recorded',
        'recorded',
        'recorded',
        'confirmed',
        'disputed',
        'confirmed',
        'recorded',
        'recorded',
        'confirmed',
      ].map(told),
    );
    expect((await auditOf(api, project.milestones[0].id)).filter((action) => action.includes('payment'))).toEqual(
      [
        ...['record', 'record', 'record', 'confirm', 'dispute', 'confirm', 'record', 'withdraw', 'record', 'confirm'],
      ].map((step) => `milestone.${step}_payment`),
    );
  });

  test('show their reference to payer, payee and market, and to no other party', async () => {
    const { milestones } = await run();
    const milestone = await accept(milestones[0]);
    const payment = {
      amountCny: 100,
      paidOn: chinaDate(api.clock.now()),
      payeeOrganizationId: cast.partner.organizationId,
      reference: 'Qz回单丙',
      note: 'Qz备注丁',
    };
    const made = (await cast.lead.post(`${milestone}/payments`, payment)).body;
    await cast.partner.post(`${milestone}/payments/${made.id}/dispute`, { reason: 'Qz未到账' });
    const secrets = ['Qz回单丙', 'Qz备注丁', 'Qz未到账'];
    const seen = async (reader: Body) => {
      const answer = await reader.get(`${milestone}/payments`);
      expect(answer.body.items[0]).toMatchObject({ amountCny: 100, status: 'disputed' });
      return secrets.filter((secret) => JSON.stringify(answer.body).includes(secret));
    };
    for (const reader of [cast.lead, cast.partner, cast.broker]) expect(await seen(reader)).toEqual(secrets);
    for (const reader of [cast.second, cast.funder]) expect(await seen(reader)).toEqual([]);
    const kept = `${JSON.stringify(await api.deps.pool.query('select details from audit_entries'))}`;
    expect(secrets.filter((secret) => kept.includes(secret))).toEqual([]);
  });

  test('are released at once by the lead, to the partners together where there are several', async () => {
    const { milestones } = await run();
    const milestone = await accept(milestones[2]);
    expect((await cast.funder.post(`${milestone}/pay`)).status).toBe(403);
    const paid = await cast.lead.post(`${milestone}/pay`);
    expect(paid.body).toMatchObject({ status: 'paid', amountCny: 400_000, settledCny: 400_000 });
    expect((await cast.second.get(`${milestone}/payments`)).body.items).toMatchObject([
      { status: 'released', amountCny: 400_000, payeeOrganizationId: null },
    ]);
  });

  test('are of one milestone, and of an accepted one', async () => {
    const { milestones } = await run();
    const milestone = await accept(milestones[0]);
    const body = {
      amountCny: 100,
      paidOn: chinaDate(api.clock.now()),
      payeeOrganizationId: cast.second.organizationId,
    };
    const made = (await cast.lead.post(`${milestone}/payments`, body)).body;
    const before = await countWrites(api);
    expect((await cast.lead.post(`${milestones[1]}/payments`, body)).body.state).toBe('planned');
    expect((await cast.second.post(`${milestones[1]}/payments/${made.id}/confirm`)).status).toBe(404);
    expect(pointers(await cast.lead.post(`${milestone}/payments`, { ...body, paidOn: '2020-01-01' }))).toEqual([
      '/paidOn',
    ]);
    expect(await countWrites(api)).toEqual(before);
  });
});

describe('a change of terms', () => {
  const agree = (url: string, change: Body, by: Body) => by.post(`${url}/changes/${change.id}/accept`);

  test('is in force once every other party agreed, with what was before and after', async () => {
    const { url, project, milestones } = await run();
    await accept(milestones[0]);
    const asked = await cast.second.post(`${url}/changes`, { reason: '扩大中试', budgetCny: 1_400_000 });
    expect([asked.status, asked.body.changed]).toEqual([201, ['budgetCny', 'milestones']]);
    expect(asked.body.before).toMatchObject({ budgetCny: 1_000_000 });
    expect(asked.body.after.milestones.map((each: Body) => each.amountCny)).toEqual([300_000, 471_429, 628_571]);
    expect((await agree(url, asked.body, cast.second)).status).toBe(403);
    expect((await agree(url, asked.body, cast.broker)).status).toBe(403);
    expect((await cast.lead.post(`${url}/changes`, { reason: '另一项', budgetCny: 1 })).status).toBe(409);
    const [first, again] = [await agree(url, asked.body, cast.lead), await agree(url, asked.body, cast.lead)];
    expect([first.body.status, again.status]).toEqual(['proposed', 409]);
    expect((await agree(url, asked.body, cast.partner)).body.status).toBe('proposed');
    expect((await cast.lead.get(url)).body.budgetCny).toBe(1_000_000);
    const applied = await agree(url, asked.body, cast.funder);
    expect([applied.body.status, applied.body.answers.length]).toEqual(['applied', 3]);
    const after = (await cast.lead.get(url)).body;
    expect(after.budgetCny).toBe(1_400_000);
    expect(after.milestones.map((each: Body) => each.amountCny)).toEqual([300_000, 471_429, 628_571]);
    expect((await agree(url, asked.body, cast.lead)).body).toMatchObject({ code: 'INVALID_STATE', state: 'applied' });
    expect((await messagesAbout(api, project.id)).slice(2)).toEqual([
      'project.change_proposed',
      'project.change_applied',
    ]);
    expect((await auditOf(api, project.id)).slice(2)).toEqual(
      ['propose', 'accept', 'accept', 'apply'].map((step) => `project.${step}_change`),
    );
    const listed = (await cast.broker.get(`${url}/changes`)).body.items;
    expect(listed).toEqual([(await cast.broker.get(`${url}/changes/${asked.body.id}`)).body]);
  });

  test('moves, adds and drops milestones, and brings a party in and another out', async () => {
    const { url, project } = await run();
    const [a, b] = project.milestones;
    const change = {
      reason: '重排',
      milestones: [
        { ...thirds[1], id: b.id, paymentShare: 20, startsOn: '2027-01-01', dueOn: '2027-08-31' },
        { title: '验证', dueOn: '2027-09-30', acceptanceCriteria: '第三方验证', paymentShare: 30 },
        { ...thirds[0], id: a.id, paymentShare: 50 },
      ],
      parties: [
        { organizationId: cast.lead.organizationId, role: 'lead', workShare: 50, benefitShare: 50 },
        { organizationId: cast.partner.organizationId, role: 'partner', workShare: 50, benefitShare: 50 },
      ],
    };
    const asked = (await cast.lead.post(`${url}/changes`, change)).body;
    for (const by of [cast.partner, cast.second, cast.funder]) expect((await agree(url, asked, by)).status).toBe(200);
    const { milestones, parties } = (await cast.lead.get(url)).body;
    expect(milestones.map((each: Body) => [each.title, each.position, each.dueOn, each.amountCny])).toEqual([
      ['中试', 1, '2027-08-31', 200_000],
      ['验证', 2, '2027-09-30', 300_000],
      ['小试', 3, '2027-03-31', 500_000],
    ]);
    expect([milestones[0].id, milestones[2].id]).toEqual([b.id, a.id]);
    expect(parties.map((each: Body) => each.organizationId)).toEqual([
      cast.lead.organizationId,
      cast.partner.organizationId,
    ]);
    expect((await cast.funder.get(url)).status).toBe(404);
  });

  test('is off once a party refuses, or the proposer takes it back, or the project ends', async () => {
    const { url } = await run();
    const ask = async () => (await cast.partner.post(`${url}/changes`, { reason: '缩减', budgetCny: 900_000 })).body;
    const refused = await ask();
    expect((await cast.partner.post(`${url}/changes/${refused.id}/reject`, { reason: '自问自答' })).status).toBe(403);
    expect((await cast.funder.post(`${url}/changes/${refused.id}/reject`, { reason: '不同意' })).body).toMatchObject({
      status: 'rejected',
      answers: [{ organizationId: cast.funder.organizationId, answer: 'reject', comment: '不同意' }],
    });
    const withdrawn = await ask();
    expect((await cast.lead.post(`${url}/changes/${withdrawn.id}/withdraw`)).status).toBe(403);
    expect((await cast.partner.post(`${url}/changes/${withdrawn.id}/withdraw`)).body.status).toBe('withdrawn');
    const lapsed = await ask();
    await cast.lead.post(`${url}/terminate`, { reason: '停止' });
    expect((await cast.lead.get(`${url}/changes/${lapsed.id}`)).body.status).toBe('lapsed');
    expect((await cast.lead.get(url)).body.budgetCny).toBe(1_000_000);
    expect((await cast.lead.post(`${url}/changes`, { reason: '再来', budgetCny: 1 })).body.state).toBe('terminated');
  });

  test('is overtaken by a hand-in of what it would change', async () => {
    const { url, milestones } = await run();
    const asked = (await cast.lead.post(`${url}/changes`, { reason: '追加', budgetCny: 1_100_000 })).body;
    await cast.partner.post(`${milestones[1]}/submit`);
    const late = await agree(url, asked, cast.partner);
    expect([late.status, late.body.state]).toEqual([409, 'proposed']);
  });

  test('tells what does not add up, and writes nothing', async () => {
    const { url, project } = await run();
    const before = await countWrites(api);
    const ask = (change: object) => cast.lead.post(`${url}/changes`, { reason: '变更', ...change });
    expect(pointers(await ask({ budgetCny: 1_000_000 }))).toEqual(['']);
    expect(pointers(await ask({ milestones: [{ ...thirds[0], paymentShare: 99 }] }))).toEqual(['/milestones']);
    expect(pointers(await ask({ milestones: [{ ...thirds[0], id: project.id, paymentShare: 100 }] }))).toEqual([
      '/milestones/0/id',
    ]);
    expect(pointers(await ask({ budgetItems: [{ category: 'labour', amountCny: 1_000_000 }] }))).toEqual([
      '/budgetItems',
    ]);
    expect(pointers(await ask({ parties: [] }))).toEqual(['/parties']);
    expect(pointers(await ask({}))).toEqual(['']);
    expect(await countWrites(api)).toEqual(before);
  });
});

describe('a suspension', () => {
  /** As if it had been suspended ten days ago: sessions do not last that long. */
  async function standStill(id: string): Promise<void> {
    await api.deps.pool.query("update projects set suspended_at = suspended_at - interval '10 days' where id = $1", [
      id,
    ]);
  }

  test('stops milestones and payments until the project goes on, later by the days it stood still', async () => {
    const { url, project, milestones } = await run({ startsOn: '2026-12-01' });
    await accept(milestones[0]);
    expect((await cast.partner.post(`${url}/suspend`, { reason: '设备未到' })).status).toBe(403);
    const stopped = await cast.broker.post(`${url}/suspend`, { reason: '设备未到' });
    expect(stopped.body).toMatchObject({ status: 'suspended', suspensionReason: '设备未到' });
    expect((await cast.partner.post(`${milestones[1]}/submit`)).body.state).toBe('suspended');
    expect((await cast.lead.post(`${milestones[0]}/pay`)).body.state).toBe('suspended');
    await standStill(project.id);
    const on = await cast.lead.post(`${url}/resume`, { shiftDueDates: true });
    expect(on.body).toMatchObject({ status: 'active', suspendedAt: null, suspensionReason: null });
    expect(on.body.milestones.map((each: Body) => each.dueOn)).toEqual(['2027-03-31', '2027-07-10', '2028-01-10']);
    await cast.lead.post(`${url}/suspend`, { reason: '再停' });
    await standStill(project.id);
    const same = await cast.lead.post(`${url}/resume`);
    expect(same.body.milestones.map((each: Body) => each.dueOn)).toEqual(['2027-03-31', '2027-07-10', '2028-01-10']);
    expect((await messagesAbout(api, project.id)).slice(2, 4)).toEqual(['project.suspended', 'project.resumed']);
  });
});

describe('termination', () => {
  test('has a reason of the vocabulary, and leaves what was accepted to pay', async () => {
    const { url, milestones } = await run();
    const milestone = await accept(milestones[0]);
    const end = (body: object) => cast.lead.post(`${url}/terminate`, body);
    expect(pointers(await end({ reasonCode: 'boredom', reason: '没意思' }))).toEqual(['/reasonCode']);
    await cast.lead.post(`${url}/suspend`, { reason: '资金' });
    const ended = await end({ reasonCode: 'funding', reason: '资金未到位' });
    expect(ended.body).toMatchObject({
      status: 'terminated',
      terminationCode: 'funding',
      terminationReason: '资金未到位',
    });
    expect(ended.body.endedAt).toBe(api.clock.now().toISOString());
    expect((await cast.partner.post(`${milestones[1]}/submit`)).body.state).toBe('terminated');
    expect((await cast.lead.post(`${milestone}/pay`)).body.status).toBe('paid');
    expect((await cast.lead.post(`${milestones[1]}/pay`)).body.state).toBe('planned');
  });
});

test('progress tells planned and accepted shares over time and the rows of a Gantt chart', async () => {
  const { url, milestones } = await run({ startsOn: '2026-12-01' });
  await accept(milestones[0]);
  const today = chinaDate(api.clock.now());
  const progress = (await cast.funder.get(`${url}/progress`)).body;
  expect(progress).toMatchObject({
    asOf: today,
    startsOn: '2026-12-01',
    endsOn: '2027-12-31',
    acceptedShare: 30,
    paidShare: 0,
  });
  expect(progress.milestones.map((each: Body) => [each.plannedStartOn, each.plannedEndOn, each.weight])).toEqual([
    ['2026-12-01', '2027-03-31', 30],
    ['2027-04-01', '2027-06-30', 30],
    ['2027-07-01', '2027-12-31', 40],
  ]);
  expect(progress.milestones[0]).toMatchObject({ acceptedOn: today, submittedOn: today, lateDays: 0 });
  expect(progress.points.at(-1)).toEqual({ on: '2027-12-31', plannedShare: 100, acceptedShare: null });
  expect(progress.points.find((point: Body) => point.on === today).acceptedShare).toBe(30);
});
