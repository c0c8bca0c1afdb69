import { describe, expect, it } from 'vitest';
import { makeDueDigests } from '../../src/notifications/service.ts';
import { api, goTo, insertNotice, prefer, reader, runDue, smtp, useMail } from '../setup/mail.ts';

useMail();

describe('a digest', () => {
  function makeDigests(): Promise<{ digests: number }> {
    return makeDueDigests(api.deps.ctxFor({ kind: 'system', name: 'make-digests' }));
  }

  it('tells at 08:00 what is unread, by category, the best suggestions first, and how many more there are', async () => {
    for (let score = 50; score < 62; score += 1)
      await insertNotice('match.suggested', { score: String(score), demandTitle: `需求${score}`, demandCode: 'D1' });
    await insertNotice('search.matched', { searchName: '枸杞', count: '3', searchKind: 'result' }, 'saved_search');
    await insertNotice('organization.verified', {}, 'organization');
    goTo(8, 4);
    expect(await makeDigests()).toEqual({ digests: 0 });
    goTo(8, 5);
    expect(await makeDigests()).toEqual({ digests: 1 });
    expect(await makeDigests()).toEqual({ digests: 0 });
    await runDue();
    expect(smtp.taken).toHaveLength(1);
    const [mail] = smtp.taken;
    expect(mail?.headers.subject).toMatch(/^【对接】每日汇总：13 条未读通知（\d{4}-\d\d-\d\d）$/);
    expect([...(mail?.text ?? '').matchAll(/“需求(\d\d)”/g)].map((match) => Number(match[1]))).toEqual([
      61, 60, 59, 58, 57, 56, 55, 54, 53, 52,
    ]);
    expect(mail?.text).toContain('还有 2 条');
    expect(mail?.text).toContain('保存的搜索');
    expect(mail?.text).not.toContain('机构');
    expect(mail?.headers['list-unsubscribe']).toContain('/v1/unsubscribe/');
  });

  it('is one, although two workers make it at the same time', async () => {
    await insertNotice('match.suggested', { score: '70' });
    api.clock.advance({ days: 1 });
    const made = await Promise.all([makeDigests(), makeDigests()]);
    expect(made.map((one) => one.digests).sort()).toEqual([0, 1]);
    await runDue();
    expect(smtp.taken).toHaveLength(1);
  });

  it('is not sent when all has been read meanwhile', async () => {
    await insertNotice('match.suggested', { score: '70' });
    api.clock.advance({ days: 1 });
    await makeDigests();
    const [notice] = (await reader.get('/v1/notifications')).body.items;
    await reader.post(`/v1/notifications/${notice.id}/read`);
    expect(await runDue()).toEqual(['done']);
    expect(smtp.taken).toEqual([]);
  });

  it('waits for the end of quiet hours', async () => {
    await prefer({ quietHours: { start: '22:00', end: '11:00' } });
    await insertNotice('match.suggested', { score: '70' });
    api.clock.advance({ days: 1 });
    await makeDigests();
    expect(await runDue()).toEqual(['retried']);
    goTo(11, 0);
    await runDue();
    expect(smtp.taken).toHaveLength(1);
  });

  it('comes on Monday to those who want it weekly, and what an outage left untold with it', async () => {
    await prefer({ mail: { suggestions: 'weekly' } });
    await insertNotice('match.suggested', { score: '70' });
    const made: number[] = [];
    for (let day = 0; day < 8; day += 1) {
      api.clock.advance({ days: 1 });
      made.push((await makeDigests()).digests);
    }
    expect(made.reduce((sum, one) => sum + one)).toBe(1);
    await runDue();
    expect(smtp.taken[0]?.headers.subject).toContain('每周汇总：1 条未读通知');
  });
});
