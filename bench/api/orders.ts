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

/** What the bare one selects, in the words of Directus. */
const directusFields = [
  'id,version,code,status,title,summary,problem,key_technology,expected_outcome,indicators,already_tried,not_acceptable',
  'keywords,technology_fields,industry,activity_type,cooperation_modes,budget_band,budget_negotiable,exclusivity,target_trl',
  'needed_by,valid_until,published_at,region_code,language,anonymous',
  'organization_id.id,organization_id.name,organization_id.kind,organization_id.region_code',
].join();

/** Submitting is a step that Directus does not have. Its POST of a row is kept in its activity and revisions. */
export function directusOrders({ url, token }: { url: string; token: string }, market: BenchMarket): System['orders'] {
  const fields = `fields=${directusFields}`;
  const query = `sort=-published_at,-id&limit=20&filter%5Bstatus%5D%5B_eq%5D=published&${fields}`;
  const list: Order = { url, method: 'GET', headers: {}, paths: [`/items/demands?${query}`] };
  const one: Order = { ...list, paths: market.publishedIds.map((id) => `/items/demands/${id}?${fields}`) };
  const signedIn = { authorization: `Bearer ${token}` };
  const { title, summary, problem, keywords } = draft;
  // It has no type for PostgreSQL's arrays: they go in as PostgreSQL writes them.
  const body = {
    ...{ title, summary, problem, keywords: `{${keywords.join()}}`, status: 'draft', indicators: [] },
    ...{ technology_fields: '{206}', cooperation_modes: '{joint_development}', preferred_partners: '{}' },
    ...{ region_code: '640302', language: 'zh', source: 'self', created_by_user_id: market.organizationId },
    ...{ organization_id: market.organizationId, home_market_id: market.homeMarketId },
  };
  const headers = { ...signedIn, 'content-type': 'application/json' };
  return {
    'list of 20': list,
    'list of 20, signed in': { ...list, headers: signedIn },
    'read one': one,
    'read one, signed in': { ...one, headers: signedIn },
    'POST a draft': { url, method: 'POST', headers, body, paths: ['/items/demands'] },
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
