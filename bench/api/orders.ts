import type { BenchMarket } from './market.ts';
import type { Order, System } from './measures.ts';

const draft = {
  title: '枸杞鲜奶活性成分保持',
  summary: '低温工艺下保持枸杞多糖与玉米黄素活性的功能乳制品。',
  problem: '巴氏杀菌后枸杞多糖保留率低于 60 %，货架期内沉淀明显。',
  keywords: ['枸杞', '功能乳', '多糖'],
};

export function bareOrders(url: string, market: BenchMarket): System['orders'] {
  const list: Order = { url, method: 'GET', headers: {}, paths: ['/demands'] };
  const one: Order = { ...list, paths: market.publishedIds.map((id) => `/demands/${id}`) };
  const { organizationId, homeMarketId } = market;
  const headers = { 'content-type': 'application/json' };
  const body = { ...draft, organizationId, homeMarketId };
  const post: Order = { url, method: 'POST', headers, body, paths: ['/demands'] };
  return {
    'list of 20': list,
    'list of 20, signed in': list,
    'read one': one,
    'read one, signed in': one,
    POST: post,
    'POST a draft': post,
  };
}

export function duijieOrders(url: string, market: BenchMarket): System['orders'] {
  const list: Order = { url, method: 'GET', headers: {}, paths: ['/v1/demands'] };
  const one: Order = { ...list, paths: market.publishedIds.map((id) => `/v1/demands/${id}`) };
  const signedIn = { authorization: `Bearer ${market.token}` };
  const headers = { ...signedIn, 'content-type': 'application/json' };
  const { title, summary, problem, keywords } = draft;
  const input = {
    title,
    summary,
    problem,
    keywords,
    technologyFields: ['206'],
    cooperationModes: ['joint_development'],
  };
  const post: Order = { url, method: 'POST', headers: signedIn, paths: [], idempotency: true };
  return {
    'list of 20': list,
    'list of 20, signed in': { ...list, headers: signedIn },
    'read one': one,
    'read one, signed in': { ...one, headers: signedIn },
    // Each can be submitted once.
    POST: { ...post, paths: (count) => market.draftIds.splice(0, count).map((id) => `/v1/demands/${id}/submit`) },
    'POST a draft': { ...post, headers, body: input, paths: ['/v1/demands'] },
  };
}
