import type pg from 'pg';

/** Counties in a city, cities in a province, provinces: a tree of markets as a country has it. */
const fanOut = [10, 10, 10] as const;

/** Ids that SQL can make again: a kind and a number. */
const id = (kind: string, number: string) =>
  `('${kind}0000-0000-7000-8000-' || lpad((${number})::text, 12, '0'))::uuid`;

/**
 * A platform with so many demands and as many results, spread over the counties: 3 % wait for review, each open demand
 * has three matches, one in five an introduction, one in ten a project with three milestones and a contract.
 * @returns a market of each level
 */
export async function seedDesk(
  pool: pg.Pool,
  records: number,
  now: Date,
): Promise<Record<'county' | 'city' | 'province' | 'root', string>> {
  const at = `'${now.toISOString()}'::timestamptz`;
  const counties = fanOut[0] * fanOut[1] * fanOut[2];
  const market = (level: number, number: string) => id(`a00${level}`, number);
  const insertMarkets = async (level: number, count: number, parent: string) => {
    await pool.query(`insert into organizations (id, kind, name, status, region_code, market_kind, parent_id, technology_fields, created_at, updated_at)
      select ${market(level, 'n')}, 'market', 'market ' || n, 'verified', lpad((${level} * 100000 + n)::text, 6, '0'),
        ${level === 0 ? "'root'" : "'territorial'"}, ${parent}, '{}', ${at}, ${at} from generate_series(0, ${count - 1}) n`);
  };
  await insertMarkets(0, 1, 'null');
  await insertMarkets(1, fanOut[0], market(0, '0'));
  await insertMarkets(2, fanOut[0] * fanOut[1], market(1, `n / ${fanOut[1]}`));
  await insertMarkets(3, counties, market(2, `n / ${fanOut[2]}`));
  const home = market(3, `n % ${counties}`);
  const owners = Math.max(1, Math.floor(records / 10));
  for (const [kind, letter] of [
    ['enterprise', 'b'],
    ['university', 'c'],
  ] as const) {
    await pool.query(`insert into organizations (id, kind, name, status, region_code, home_market_id, technology_fields, created_at, updated_at)
      select ${id(`${letter}000`, 'n')}, '${kind}', '${kind} ' || n, 'verified', '640300', ${home}, '{}', ${at}, ${at}
      from generate_series(0, ${owners - 1}) n`);
  }
  const shared =
    'id, code, title, summary, keywords, technology_fields, cooperation_modes, region_code, language, source, created_by_user_id, status, organization_id, home_market_id, indicators, published_at, valid_until, revision, created_at, updated_at';
  const values = (
    letter: string,
    kind: string,
  ) => `${id(`${kind}000`, 'n')}, '${letter}' || n, 'record ' || n, 'summary', '{}', '{}', '{}', '640300', 'zh', 'self', gen_random_uuid(),
    case when n % 33 = 0 then 'submitted' when n % 7 = 0 then 'draft' else 'published' end,
    ${id(`${kind === 'd' ? 'b' : 'c'}000`, `n % ${owners}`)}, ${home}, '[]', ${at}, ${at} + interval '300 days',
    case when n % 200 = 1 then '{}'::jsonb end, ${at}, ${at}`;
  await pool.query(
    `insert into demands (${shared}, preferred_partners) select ${values('D', 'd')}, '{}' from generate_series(0, ${records - 1}) n`,
  );
  await pool.query(
    `insert into results (${shared}, application_industries, ipr, owners, inventors, awards) select ${values('R', 'e')}, '{}', '[]', '[]', '[]', '{}' from generate_series(0, ${records - 1}) n`,
  );
  await pool.query(`insert into matches (id, demand_id, result_id, status, score, gates, contributions, explanation, indicators, demand_version, result_version, model_version, created_at, updated_at)
    select ${id('f000', 'n * 3 + k')}, ${id('d000', 'n')}, ${id('e000', `(n * 31 + k * 7919) % ${records}`)},
      case when k = 0 and n % 5 = 0 then 'introduced' when k = 2 and n % 4 = 0 then 'superseded' else 'suggested' end,
      20 + random() * 70, '[]', '[]', '{}', '[]', 1, 1, 'bench', ${at}, ${at}
    from generate_series(0, ${records - 1}) n, generate_series(0, 2) k where n % 7 <> 0 and n % 33 <> 0`);
  await pool.query(`insert into introductions (id, match_id, demand_id, result_id, demand_organization_id, result_organization_id, market_id, result_market_id, status, opened_by_user_id, requested_by_side, due_at, remind_at, opened_at, created_at, updated_at)
    select gen_random_uuid(), m.id, m.demand_id, m.result_id, d.organization_id, r.organization_id, d.home_market_id, r.home_market_id,
      s.status, gen_random_uuid(), 'demand', ${at} + interval '3 days', ${at} + (random() * 4 - 2) * interval '1 day',
      case when s.status <> 'requested' then ${at} end, ${at}, ${at}
    from matches m join demands d on d.id = m.demand_id join results r on r.id = m.result_id
      cross join lateral (select (array['requested', 'open', 'open', 'accepted', 'declined', 'lapsed', 'lapsed', 'accepted', 'accepted', 'accepted'])[1 + (hashtext(m.id::text) & 7)] as status) s
    where m.status = 'introduced'`);
  await pool.query(`insert into projects (id, code, title, status, demand_id, market_id, budget_cny, funding_mode, created_at, updated_at)
    select ${id('9000', 'n')}, 'P' || n, 'project ' || n, case when n % 3 = 0 then 'completed' else 'active' end, ${id('d000', 'n')}, ${home}, 1000000, 'lump_sum', ${at}, ${at}
    from generate_series(0, ${Math.floor(records / 10) - 1}) n`);
  await pool.query(`insert into project_milestones (id, project_id, position, title, due_on, acceptance_criteria, payment_share, status)
    select gen_random_uuid(), p.id, k, 'milestone', (${at} + (k * 90 - 100 + random() * 100) * interval '1 day')::date, 'criteria', 33, case when k = 0 then 'paid' else 'planned' end
    from projects p, generate_series(0, 2) k`);
  await pool.query(`insert into contracts (id, code, status, project_id, market_id, buyer_organization_id, seller_organization_id, title, ipr_kinds, buyer, seller, submitted_at, created_by_user_id, created_at, updated_at)
    select gen_random_uuid(), 'C' || p.code, case when hashtext(p.code) % 9 = 0 then 'submitted' else 'registered' end, p.id, p.market_id, d.organization_id, d.organization_id, 'contract', '{}', '{}', '{}',
      ${at} - random() * interval '20 days', gen_random_uuid(), ${at}, ${at}
    from projects p join demands d on d.id = p.demand_id`);
  await pool.query('vacuum analyze');
  const { rows } = await pool.query(
    `select ${market(0, '0')} as root, ${market(1, '3')} as province, ${market(2, '33')} as city, ${market(3, '333')} as county`,
  );
  return rows[0];
}
