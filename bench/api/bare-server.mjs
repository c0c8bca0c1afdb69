import { randomUUID } from 'node:crypto';
import { fastify } from 'fastify';
import pg from 'pg';

// Fastify and pg as their guides show them, on Duijie's own rows: no access rules, schemas, limits, log or idempotency.
// `node bench/api/bare-server.mjs DATABASE_URL PORT POOL_SIZE`
const [, , connectionString, port, poolSize] = process.argv;
const pool = new pg.Pool({ connectionString, max: Number(poolSize) });

const columns = `d.id, d.version, d.code, d.status, d.title, d.summary, d.problem, d.key_technology, d.expected_outcome,
  d.indicators, d.already_tried, d.not_acceptable, d.keywords, d.technology_fields, d.industry, d.activity_type,
  d.cooperation_modes, d.budget_band, d.budget_negotiable, d.exclusivity, d.target_trl, d.needed_by, d.valid_until,
  d.published_at, d.region_code, d.language, d.anonymous, o.id as organization_id, o.name as organization_name,
  o.kind as organization_kind, o.region_code as organization_region_code`;
const from = 'from demands d join organizations o on o.id = d.organization_id';

const app = fastify();
app.get('/demands', async () => {
  const { rows } = await pool.query(
    `select ${columns} ${from} where d.status = 'published' order by d.published_at desc, d.id desc limit 20`,
  );
  return { items: rows };
});
app.get('/demands/:id', async (request) => {
  const { rows } = await pool.query(`select ${columns} ${from} where d.id = $1`, [request.params.id]);
  return rows[0];
});
app.post('/demands', async (request, reply) => {
  const { organizationId, homeMarketId, title, summary, problem, keywords } = request.body;
  const client = await pool.connect();
  try {
    await client.query('begin');
    const { rows } = await client.query(
      `insert into demands (id, code, status, organization_id, home_market_id, title, summary, problem, keywords,
         technology_fields, cooperation_modes, indicators, preferred_partners, region_code, language, source,
         created_by_user_id, created_at, updated_at)
       values ($1::uuid, $1::text, 'draft', $2, $3, $4, $5, $6, $7, '{206}', '{joint_development}', '[]', '{}', '640302', 'zh', 'self',
         $1::uuid, now(), now()) returning *`,
      [randomUUID(), organizationId, homeMarketId, title, summary, problem, keywords],
    );
    await client.query(
      `insert into messages (id, type, subject_type, subject_id, created_at) values ($1, 'demand.submitted', 'demand', $2, now())`,
      [randomUUID(), rows[0].id],
    );
    await client.query('commit');
    return reply.code(201).send(rows[0]);
  } catch (error) {
    await client.query('rollback');
    throw error;
  } finally {
    client.release();
  }
});
await app.listen({ port: Number(port), host: '127.0.0.1' });
process.once('SIGTERM', () => process.exit(0));
