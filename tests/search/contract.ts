import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { SearchDocument, SearchIndex, SearchKind, SearchQuery } from '../../src/core/search-index.ts';
import { ask, documentWith, ids } from './samples.ts';

/** What a test gets: an empty index, and how to let it go. */
export interface IndexUnderTest {
  index: SearchIndex;
  close(): Promise<void>;
}

/** What every search engine behind the port must do; ranking only where people would notice. */
export function describeSearchIndex(name: string, make: () => Promise<IndexUnderTest>): void {
  describe(`the search index on ${name}`, () => {
    let under: IndexUnderTest;
    let index: SearchIndex;

    beforeAll(async () => {
      under = await make();
      index = under.index;
      await index.ensureIndexes();
    });

    afterAll(async () => {
      await under?.close();
    });

    beforeEach(async () => {
      for (const kind of ['demand', 'result'] as const)
        await index.remove(kind, [...(await index.versions(kind)).keys()]);
    });

    async function keep(...documents: SearchDocument[]): Promise<void> {
      await index.upsert(documents);
    }

    const indium = documentWith({
      title: '含锌固废中高纯铟的膜电解提取',
      keywords: ['高纯铟', '膜电解'],
      body: '从湿法炼锌产生的固体废渣中回收金属铟，纯度达到6N，目前电流效率偏低。',
      technologyFields: ['402'],
      trl: 5,
    });
    const milk = documentWith({
      title: '功能性枸杞牛奶的研发',
      keywords: ['枸杞多糖', '乳制品'],
      body: '希望开发具有增强免疫力作用的功能性枸杞牛奶，并解决枸杞多糖在杀菌过程中的稳定性问题。',
      technologyFields: ['205'],
      industries: ['C', '14'],
      cooperationModes: ['commissioned_development'],
      regionCode: '640100',
      trl: 7,
    });
    const membrane = documentWith({
      title: 'Ceramic membrane electrolysis for wastewater treatment',
      keywords: ['membranes', 'electrolysis'],
      body: 'We are looking for electrolytic cells with ceramic membranes that remove nitrogen from industrial wastewater.',
      language: 'en',
      technologyFields: ['7'],
      industries: ['D', '46'],
      regionCode: '320500',
      trl: 6,
    });

    it('finds Chinese by any word of the title, the keywords or the body', async () => {
      await keep(indium, milk, membrane);
      expect(ids(await index.search(ask('膜电解')))).toEqual([indium.id]);
      expect(ids(await index.search(ask('乳制品')))).toEqual([milk.id]);
      expect(ids(await index.search(ask('免疫力')))).toEqual([milk.id]);
    });

    it('finds a single Chinese character wherever it stands', async () => {
      await keep(indium, milk, membrane);
      expect(ids(await index.search(ask('铟')))).toEqual([indium.id]);
      expect(ids(await index.search(ask('渣')))).toEqual([indium.id]);
      expect(ids(await index.search(ask('力')))).toContain(milk.id);
    });

    it('finds English in another grammatical form and in other letter case', async () => {
      await keep(indium, milk, membrane);
      expect(ids(await index.search(ask('MEMBRANE electrolytic cell')))).toEqual([membrane.id]);
    });

    it('finds a question in both languages in a text in both', async () => {
      const mixed = documentWith({ title: '基于 LiDAR 的葡萄园智能管理', body: '用 UAV 与 LiDAR 点云估计产量。' });
      await keep(indium, mixed);
      expect(ids(await index.search(ask('lidar 葡萄园')))).toEqual([mixed.id]);
    });

    it('takes traditional and simplified characters, and wide and narrow letters, as the same', async () => {
      const rice = documentWith({ title: '功能性稻米的干燥技術', body: 'ＰＬＣ控制' });
      await keep(indium, rice);
      expect(ids(await index.search(ask('乾燥技术')))).toEqual([rice.id]);
      expect(ids(await index.search(ask('plc')))).toEqual([rice.id]);
      expect(ids(await index.search(ask('膜電解')))).toEqual([indium.id]);
    });

    it('forgives typing mistakes in English and in Chinese', async () => {
      await keep(indium, milk, membrane);
      expect(ids(await index.search(ask('electrolisis')))).toEqual([membrane.id]);
      expect(ids(await index.search(ask('枸杞牛乃')))[0]).toBe(milk.id);
      expect(ids(await index.search(ask('高纯铟膜电结')))[0]).toBe(indium.id);
    });

    it('puts documents that have every word before documents that have some', async () => {
      const some = documentWith({ title: '电解电解电解', keywords: ['电解'], body: '电解' });
      const every = documentWith({ title: '废水处理', body: '采用陶瓷膜与电解的组合工艺' });
      await keep(some, every);
      expect(ids(await index.search(ask('陶瓷膜 电解')))).toEqual([every.id, some.id]);
    });

    it('puts a title that matches before a body that matches', async () => {
      const inBody = documentWith({ title: '冶金渣利用', body: '其中也涉及微晶玻璃的制备' });
      const inTitle = documentWith({ title: '尾矿制备微晶玻璃', body: '非金属尾矿' });
      await keep(inTitle, inBody);
      expect(ids(await index.search(ask('微晶玻璃')))).toEqual([inTitle.id, inBody.id]);
    });

    it('finds nothing for words that stand nowhere', async () => {
      await keep(indium, milk);
      expect(await index.search(ask('量子纠缠'))).toMatchObject({ hits: [], total: 0 });
    });

    it('shows everything, newest first, when nothing is asked', async () => {
      await keep(indium, milk, membrane);
      for (const q of ['', '   ']) expect(ids(await index.search(ask(q)))).toEqual([membrane.id, milk.id, indium.id]);
    });

    it('keeps demands and results apart', async () => {
      const result = documentWith({ kind: 'result', title: '高纯铟制备技术' });
      await keep(indium, result);
      expect(ids(await index.search(ask('高纯铟')))).toEqual([indium.id]);
      expect(ids(await index.search(ask('高纯铟', { kind: 'result' })))).toEqual([result.id]);
    });

    it('filters by technology field at both levels', async () => {
      await keep(indium, milk, membrane);
      const found = async (technologyField: string) =>
        ids(await index.search(ask('', { filters: { technologyField: [technologyField] } })));
      expect(await found('4')).toEqual([indium.id]);
      expect(await found('402')).toEqual([indium.id]);
      expect(await found('7')).toEqual([membrane.id]);
      expect(await found('701')).toEqual([]);
    });

    it('filters by industry, cooperation mode, region and least readiness, one by one and together', async () => {
      await keep(indium, milk, membrane);
      const found = async (filters: SearchQuery['filters']) => ids(await index.search(ask('', { filters })));
      expect(await found({ industry: ['14'] })).toEqual([milk.id]);
      expect(await found({ industry: ['C'] })).toEqual([milk.id, indium.id]);
      expect(await found({ cooperationMode: ['joint_development'] })).toEqual([membrane.id, indium.id]);
      expect(await found({ regionCode: ['640000'] })).toEqual([milk.id, indium.id]);
      expect(await found({ regionCode: ['640300'] })).toEqual([indium.id]);
      expect(await found({ minTrl: 6 })).toEqual([membrane.id, milk.id]);
      expect(await found({ regionCode: ['640000'], minTrl: 6, industry: ['C'] })).toEqual([milk.id]);
    });

    it('leaves documents of unknown readiness out where a least readiness is asked', async () => {
      await keep(documentWith({ title: '无成熟度', trl: null }));
      expect((await index.search(ask('', { filters: { minTrl: 1 } }))).total).toBe(0);
    });

    it('counts facets over everything found, not over the page, each document once for a code and the codes above it', async () => {
      const another = documentWith({
        title: '高纯镓',
        technologyFields: ['402', '403'],
        cooperationModes: ['licence', 'transfer'],
      });
      await keep(indium, milk, membrane, another);
      const answer = await index.search(
        ask('', { facets: ['technologyField', 'cooperationMode', 'region'], limit: 1 }),
      );
      expect(answer.total).toBe(4);
      expect(answer.facets.technologyField).toMatchObject({ '4': 2, '402': 2, '403': 1, '2': 1, '205': 1, '7': 1 });
      expect(answer.facets.cooperationMode).toEqual({
        joint_development: 2,
        commissioned_development: 1,
        licence: 1,
        transfer: 1,
      });
      expect(answer.facets.region).toMatchObject({ '640000': 3, '640300': 2, '640100': 1, '320000': 1, '320500': 1 });
    });

    it('counts facets of what the question and the filters leave', async () => {
      await keep(indium, milk, membrane);
      const answer = await index.search(
        ask('枸杞', { facets: ['technologyField'], filters: { regionCode: ['640000'] } }),
      );
      expect(answer.facets).toEqual({ technologyField: { '2': 1, '205': 1 } });
    });

    it("counts a facet's other values under all filters but its own", async () => {
      await keep(indium, milk, membrane);
      const facets = ['technologyField', 'region', 'cooperationMode'] as const;
      const answer = await index.search(
        ask('', { facets, filters: { technologyField: ['205'], regionCode: ['640000'] } }),
      );
      expect(ids(answer)).toEqual([milk.id]);
      expect(answer.facets.technologyField).toEqual({ '2': 1, '205': 1, '4': 1, '402': 1 });
      expect(answer.facets.region).toEqual({ '640000': 1, '640100': 1 });
      expect(answer.facets.cooperationMode).toEqual({ commissioned_development: 1 });
    });

    it('filters by any of several values, by ranges, bands, kinds and validity', async () => {
      const pilot = documentWith({
        kind: 'result',
        title: '中试工艺',
        stage: 'pilot',
        iprKinds: ['invention', 'design'],
        moneyBand: '1m_5m',
        trl: 6,
        validUntil: new Date('2026-06-30T00:00:00Z'),
      });
      const lab = documentWith({
        kind: 'result',
        title: '实验室样品',
        language: 'en',
        stage: 'lab',
        iprKinds: ['trade_secret'],
        moneyBand: 'under_100k',
        trl: 3,
      });
      await keep(pilot, lab);
      const found = async (filters: SearchQuery['filters']) =>
        ids(await index.search(ask('', { kind: 'result', filters })));
      expect(await found({ stage: ['pilot', 'lab'] })).toEqual([lab.id, pilot.id]);
      expect(await found({ stage: ['pilot'] })).toEqual([pilot.id]);
      expect(await found({ iprKind: ['design', 'trade_secret'] })).toEqual([lab.id, pilot.id]);
      expect(await found({ iprKind: ['design'] })).toEqual([pilot.id]);
      expect(await found({ moneyBand: ['under_100k', '500k_1m'] })).toEqual([lab.id]);
      expect(await found({ minTrl: 3, maxTrl: 5 })).toEqual([lab.id]);
      expect(await found({ language: 'zh' })).toEqual([pilot.id]);
      expect(await found({ validAt: new Date('2026-07-01T00:00:00Z') })).toEqual([lab.id]);
      expect(await found({ publishedAfter: lab.publishedAt })).toEqual([lab.id]);
    });

    it('sorts by the next to end, and what has no end last', async () => {
      const endless = documentWith({ title: '微晶玻璃' });
      const late = documentWith({ title: '微晶玻璃', validUntil: new Date('2027-01-01T00:00:00Z') });
      const soon = documentWith({ title: '微晶玻璃', validUntil: new Date('2026-02-01T00:00:00Z') });
      await keep(late, endless, soon);
      expect(ids(await index.search(ask('', { sort: 'expiring' })))).toEqual([soon.id, late.id, endless.id]);
      expect(ids(await index.search(ask('微晶玻璃', { sort: 'expiring' })))).toEqual([soon.id, late.id, endless.id]);
    });

    it('suggests what begins as typed, the most used first', async () => {
      await keep(indium, milk, documentWith({ title: '铟靶材', keywords: ['高纯铟'] }));
      const typed = async (kind: SearchKind, prefix: string) =>
        (await index.suggest({ kind, prefix, limit: 5 })).suggestions;
      expect(await typed('demand', '高纯')).toContainEqual({ text: '高纯铟', count: 2 });
      expect(await typed('result', '高纯')).toEqual([]);
      expect(await typed('demand', '')).toEqual([]);
    });

    it('pages without gaps or repeats, also among documents of equal score and time', async () => {
      const publishedAt = new Date('2026-05-01T00:00:00Z');
      const many = Array.from({ length: 25 }, (_, at) => documentWith({ title: `微晶玻璃样品${at % 3}`, publishedAt }));
      await keep(...many);
      for (const sort of ['relevance', 'newest'] as const) {
        const seen: string[] = [];
        for (let offset = 0; offset < 25; offset += 10) {
          const answer = await index.search(ask('微晶玻璃', { sort, offset, limit: 10 }));
          expect(answer.total).toBe(25);
          seen.push(...ids(answer));
        }
        expect(seen.length).toBe(25);
        expect(new Set(seen)).toEqual(new Set(many.map((document) => document.id)));
      }
    });

    it('sorts by time where asked, whatever matches better', async () => {
      const older = documentWith({ title: '微晶玻璃' });
      const newer = documentWith({ title: '尾矿', body: '可用于微晶玻璃' });
      await keep(older, newer);
      expect(ids(await index.search(ask('微晶玻璃', { sort: 'newest' })))).toEqual([newer.id, older.id]);
    });

    it('goes no further than the thousandth hit', async () => {
      await keep(indium);
      expect(await index.search(ask('', { offset: 5_000 }))).toMatchObject({ hits: [], total: 1 });
    });

    it('marks what matched in the title and in a stretch of the body', async () => {
      const long = documentWith({
        title: '功能性枸杞牛奶',
        body: `${'背景介绍。'.repeat(60)}重点是枸杞多糖的稳定性。${'其他说明。'.repeat(60)}`,
      });
      await keep(long);
      const [hit] = (await index.search(ask('枸杞', { highlight: true }))).hits;
      expect(hit?.highlight?.title).toContain('<mark>枸杞</mark>');
      expect(hit?.highlight?.body).toContain('<mark>枸杞</mark>多糖');
      expect(hit?.highlight?.body.length).toBeLessThan(200);
    });

    it('marks English words in the form in which they stand', async () => {
      await keep(membrane);
      const [hit] = (await index.search(ask('membrane', { highlight: true }))).hits;
      expect(hit?.highlight?.title).toContain('<mark>membrane</mark>');
      expect(hit?.highlight?.body).toContain('<mark>membranes</mark>');
    });

    it('escapes markup that an owner has written', async () => {
      const hostile = documentWith({
        title: '<script>alert("铟")</script> & <b>高纯铟</b>',
        body: `<img src=x onerror='alert(1)'>高纯铟`,
      });
      await keep(hostile);
      const [hit] = (await index.search(ask('高纯铟', { highlight: true }))).hits;
      const shown = `${hit?.highlight?.title} ${hit?.highlight?.body}`;
      expect(shown).toContain('<mark>高纯铟</mark>');
      expect(shown.replaceAll(/<\/?mark>/g, '')).not.toMatch(/[<>"']/);
      expect(shown).toContain('&lt;script&gt;');
    });

    it('reads operators, quotes and SQL in a question as text', async () => {
      await keep(indium, milk, membrane);
      for (const q of [
        `'; drop table search_documents; --`,
        `') or 1=1 --`,
        `"' OR kind = 'result`,
        'a & | ! ( ) : * <-> b',
        `\\'\\\\`,
        '% _ %',
        '{"$ne": null}',
        "''''",
        'kind = demand AND NOT',
      ]) {
        const answer = await index.search(ask(q, { highlight: true }));
        expect(answer.total, q).toBeLessThanOrEqual(3);
      }
      expect((await index.search(ask(''))).total).toBe(3);
    });

    it('reads operators, quotes and SQL in a filter as text', async () => {
      await keep(indium, milk, membrane);
      const hostile = `4' or '1'='1`;
      for (const filters of [
        { technologyField: [hostile] },
        { industry: [hostile] },
        { cooperationMode: [hostile] },
        { regionCode: [hostile] },
      ]) {
        expect((await index.search(ask('', { filters }))).total).toBe(0);
      }
      expect((await index.search(ask('', { filters: { technologyField: ['%'] } }))).total).toBe(0);
    });

    it('answers a question of 10 kB', async () => {
      await keep(indium, milk, membrane);
      const answer = await index.search(ask('从含锌固废中提取高纯铟'.repeat(310), { highlight: true }));
      expect(ids(answer)).toContain(indium.id);
      expect((await index.search(ask('x'.repeat(10_000)))).total).toBe(0);
      expect((await index.search(ask('!'.repeat(10_000)))).total).toBe(0);
    });

    it('takes text with halves of characters, with NUL and with characters beyond the first plane', async () => {
      const broken = documentWith({
        title: '高纯铟\ud800提取\u0000工艺',
        body: '\udc00𠮷𠮷電解\u0000',
        keywords: ['铟\udfff'],
      });
      await keep(broken);
      expect(ids(await index.search(ask('高纯铟', { highlight: true })))).toEqual([broken.id]);
      expect(ids(await index.search(ask('𠮷𠮷')))).toEqual([broken.id]);
      expect((await index.search(ask('\ud800\u0000', { highlight: true }))).total).toBeLessThanOrEqual(1);
      const [hit] = (await index.search(ask('提取\ud800', { highlight: true }))).hits;
      expect(hit?.highlight?.title).toContain('<mark>提取</mark>');
      expect(() => encodeURIComponent(`${hit?.highlight?.title}${hit?.highlight?.body}`)).not.toThrow();
    });

    it('replaces a document by a newer version and not by an older one', async () => {
      await keep(indium);
      await keep({ ...indium, version: 3, title: '高纯镓的提取' });
      await keep({ ...indium, version: 2, title: '高纯锗的提取' });
      expect((await index.search(ask('镓'))).total).toBe(1);
      expect((await index.search(ask('锗'))).total).toBe(0);
      expect(await index.versions('demand')).toEqual(new Map([[indium.id, 3]]));
    });

    it('takes the same document twice in one batch, and an empty batch', async () => {
      await keep({ ...indium, version: 2, title: '高纯镓的提取' }, indium);
      await keep();
      await index.remove('demand', []);
      expect(await index.versions('demand')).toEqual(new Map([[indium.id, 2]]));
    });

    it('forgets what is removed, and only that', async () => {
      await keep(indium, milk);
      await index.remove('demand', [indium.id, randomUUID()]);
      await index.remove('result', [milk.id]);
      expect(ids(await index.search(ask('')))).toEqual([milk.id]);
    });

    it('says that it is well', async () => {
      expect(await index.health()).toBe('ok');
    });
  });
}
