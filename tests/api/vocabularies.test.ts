import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Body, createWorld, demandInput, startApi, type TestApi, type World } from '../setup/api.ts';
import { countWrites } from '../setup/rows.ts';

let api: TestApi;
let world: World;

beforeAll(async () => {
  api = await startApi();
  world = await createWorld(api);
});
afterAll(() => api.close());

function codesOf(answer: { body: Body }): string[] {
  return answer.body.items.map((term: { code: string }) => term.code);
}

function termUrl(name: string, code: string): string {
  return `/v1/vocabularies/${name}/terms/${code}`;
}

describe('reading a vocabulary', () => {
  it('gives anybody its terms in both languages, in order', async () => {
    const answer = await api.anonymous.get('/v1/vocabularies/technology-fields');
    expect(answer.status).toBe(200);
    expect(answer.body.name).toBe('technology-fields');
    const top = answer.body.items.filter((term: Body) => term.parentCode === null);
    expect(top).toHaveLength(8);
    expect(answer.body.items).toContainEqual(
      expect.objectContaining({ code: '402', parentCode: '4', zh: '无机非金属材料', retired: false }),
    );
  });

  it('gives the children of one term', async () => {
    const answer = await api.anonymous.get('/v1/vocabularies/regions?parentCode=640300');
    expect(codesOf(answer)).toEqual(expect.arrayContaining(['640302', '640303']));
    for (const term of answer.body.items) expect(term.parentCode).toBe('640300');
    expect(codesOf(await api.anonymous.get('/v1/vocabularies/regions?parentCode=000001'))).toEqual([]);
  });

  it('refuses a name that is no vocabulary', async () => {
    const answer = await api.anonymous.get('/v1/vocabularies/colours');
    expect(answer.status).toBe(422);
    expect(answer.body.errors[0].pointer).toBe('/params/name');
  });
});

describe('keeping a vocabulary', () => {
  const zone = { zh: '宁东能源化工基地', en: 'Ningdong Energy and Chemical Base', parentCode: '640000' };

  it('lets the administrator add a functional zone, which a demand may then use', async () => {
    const refused = await world.enterprise.post('/v1/demands', { ...demandInput, regionCode: '640181' });
    expect(refused.status).toBe(201);
    const before = await world.enterprise.post('/v1/demands', { ...demandInput, regionCode: '640193' });
    expect(before.body.errors.map((error: Body) => error.pointer)).toEqual(['/regionCode']);
    const saved = await world.admin.put(termUrl('regions', '640193'), zone);
    expect(saved.status).toBe(200);
    expect(saved.body).toEqual({ code: '640193', ...zone, retired: false });
    const after = await world.enterprise.post('/v1/demands', { ...demandInput, regionCode: '640193' });
    expect(after.status).toBe(201);
    expect(after.body).toMatchObject({ regionCode: '640193', homeMarketId: world.province.id });
    const children = await api.anonymous.get('/v1/vocabularies/regions?parentCode=640000');
    expect(codesOf(children)).toContain('640193');
  });

  it('rewords a term that exists, and keeps an audit entry of it', async () => {
    const audited = async () =>
      (
        await api.deps.pool.query(
          `select details from audit_entries where action = 'vocabulary.save' and details->>'code' = 'consulting'`,
        )
      ).rows;
    await world.admin.put(termUrl('cooperation-modes', 'consulting'), { zh: '技术咨询服务', en: 'Advice' });
    const { body } = await api.anonymous.get('/v1/vocabularies/cooperation-modes');
    expect(body.items.filter((term: Body) => term.code === 'consulting')).toEqual([
      expect.objectContaining({ zh: '技术咨询服务', en: 'Advice', retired: false }),
    ]);
    expect(await audited()).toEqual([
      { details: { vocabulary: 'cooperation-modes', code: 'consulting', retired: false } },
    ]);
  });

  it('keeps a retired term readable and refuses it on new records', async () => {
    const old = await world.enterprise.post('/v1/demands', { ...demandInput, technologyFields: ['206', '405'] });
    expect(old.status).toBe(201);
    await world.admin.put(termUrl('technology-fields', '405'), { zh: '停用领域', parentCode: '4', retired: true });
    const fresh = await world.enterprise.post('/v1/demands', { ...demandInput, technologyFields: ['206', '405'] });
    expect(fresh.status).toBe(422);
    expect(fresh.body.errors.map((error: Body) => error.pointer)).toEqual(['/technologyFields/1']);
    expect((await world.enterprise.get(`/v1/demands/${old.body.id}`)).body.technologyFields).toEqual(['206', '405']);
    const { body } = await api.anonymous.get('/v1/vocabularies/technology-fields?parentCode=4');
    expect(body.items).toContainEqual(expect.objectContaining({ code: '405', retired: true }));
  });

  it('refuses a parent that is not in the vocabulary, and a term without a name', async () => {
    const orphan = await world.admin.put(termUrl('regions', '999998'), { zh: '某区', parentCode: '999900' });
    expect(orphan.body.errors.map((error: Body) => error.pointer)).toEqual(['/parentCode']);
    expect((await world.admin.put(termUrl('regions', '999998'), {})).status).toBe(422);
    expect((await world.admin.put(termUrl('colours', 'red'), { zh: '红' })).status).toBe(422);
  });

  it('is the administrator’s alone', async () => {
    const before = await countWrites(api);
    const url = termUrl('regions', '640194');
    const people = [
      world.provinceDirector,
      world.demandDirector,
      world.demandBroker,
      world.enterprise,
      world.university,
    ];
    for (const person of people) expect((await person.put(url, zone)).status).toBe(403);
    expect((await api.anonymous.put(url, zone)).status).toBe(401);
    expect(await countWrites(api)).toEqual(before);
    expect(codesOf(await api.anonymous.get('/v1/vocabularies/regions?parentCode=640000'))).not.toContain('640194');
  });

  it('leads from every technology field to a contract field', async () => {
    const crosswalk = await api.anonymous.get('/v1/vocabularies/field-crosswalk');
    const inorganic = crosswalk.body.items.find((term: { code: string }) => term.code === '402');
    expect(inorganic).toMatchObject({ parentCode: '05', zh: '新材料及其应用' });
    for (const [name, code, parentCode, zh] of [
      ['contract-field-crosswalk', '09', '207', '农业生物技术'],
      ['field-industry-crosswalk', '402', '30', '非金属矿物制品业'],
      ['industry-field-crosswalk', '65', '101', '软件'],
    ]) {
      const { items } = (await api.anonymous.get(`/v1/vocabularies/${name}`)).body;
      expect(items.find((term: { code: string }) => term.code === code)).toMatchObject({ parentCode, zh });
    }
  });

  it('lets the administrator lead a code elsewhere: to a code of the other list, and to no other', async () => {
    const url = '/v1/vocabularies/field-crosswalk/terms/802';
    const term = { zh: '先进制造', en: 'Advanced manufacturing' };
    const own = await world.admin.put(url, { ...term, parentCode: '804' });
    expect([own.status, own.body.errors?.[0].pointer]).toEqual([422, '/parentCode']);
    expect((await world.admin.put(url, { ...term, parentCode: '03' })).body).toMatchObject({ parentCode: '03' });
  });
});
