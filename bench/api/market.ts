import pg from 'pg';

/** An enterprise that has drafts to submit, and published records of others to read. */
export interface BenchMarket {
  token: string;
  organizationId: string;
  homeMarketId: string;
  draftIds: string[];
  publishedIds: string[];
}

const password = 'a long enough password';

/** Registers over HTTP as people do; lays `drafts` in the database, copies of published demands. */
export async function openBenchMarket(baseUrl: string, databaseUrl: string, drafts: number): Promise<BenchMarket> {
  const email = 'owner@bench.example';
  const { organization } = await post(`${baseUrl}/v1/registrations`, {
    organization: { name: '某枸杞乳业公司', kind: 'enterprise', regionCode: '640302' },
    user: { name: '管理员', email, password },
  });
  const { token } = await post(`${baseUrl}/v1/sessions`, { email, password });
  const client = new pg.Client({ connectionString: databaseUrl });
  await client.connect();
  try {
    const { id: organizationId, homeMarketId } = organization as { id: string; homeMarketId: string };
    await client.query("update organizations set status = 'verified' where id = $1", [organizationId]);
    const { rows } = await client.query<{ id: string }>(
      `insert into demands select filled.*
       from (select to_jsonb(one) as copy, row_number() over () as number
         from (select * from demands where status = 'published' limit 1000) one, generate_series(1, $3::int) limit $4::int) d,
       jsonb_populate_record(null::demands, d.copy || jsonb_build_object('id', gen_random_uuid(), 'status', 'draft',
         'code', 'B' || d.number || $1::text, 'organization_id', $1::text, 'home_market_id', $2::text, 'problem', d.copy->'summary',
         'published_at', null, 'valid_until', null)) filled
       returning id`,
      [organizationId, homeMarketId, Math.ceil(drafts / 1_000), drafts],
    );
    await client.query(
      `insert into demand_confidential (demand_id, contact) select id, '{"name": "马工", "phone": "13900000001"}' from demands where organization_id = $1`,
      [organizationId],
    );
    const published = await client.query<{ id: string }>(
      `select id from demands where status = 'published' and valid_until > now() + interval '1 day' order by md5(id::text) limit 1000`,
    );
    await client.query('analyze');
    return {
      ...{ token: String(token), organizationId, homeMarketId },
      draftIds: rows.map((row) => row.id),
      publishedIds: published.rows.map((row) => row.id),
    };
  } finally {
    await client.end();
  }
}

async function post(url: string, body: object): Promise<Record<string, unknown>> {
  const answer = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
  if (!answer.ok) throw new Error(`${url}: ${answer.status} ${await answer.text()}`);
  return (await answer.json()) as Record<string, unknown>;
}
