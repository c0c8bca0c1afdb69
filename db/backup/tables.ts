import pg from 'pg';

export interface Table {
  name: string;
  /** Without those that the database computes, and without transaction ids, which mean nothing in another cluster. */
  columns: string[];
}

/** Kept apart: places in the order of transactions, which are to be found anew (load.ts). */
const places = 'cursors';

/** Our tables, each partitioned one as a whole. The job queue's are not among them: it is made anew from what is owed. */
export async function listTables(client: pg.Client): Promise<Table[]> {
  const { rows } = await client.query<Table>(
    `select c.relname as name, array_agg(a.attname::text order by a.attnum) as columns
     from pg_class c join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
     where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p') and not c.relispartition
       and c.relname <> $1 and a.attgenerated = '' and a.atttypid <> 'xid8'::regtype
       and not exists (select from pg_depend d where d.objid = c.oid and d.deptype = 'e')
     group by c.relname order by c.relname`,
    [places],
  );
  return rows;
}

export interface SequencePlace {
  name: string;
  value: string;
  isCalled: boolean;
}

export async function listSequences(client: pg.Client): Promise<SequencePlace[]> {
  const { rows } = await client.query<{ name: string }>(
    `select relname as name from pg_class where relnamespace = 'public'::regnamespace and relkind = 'S' order by 1`,
  );
  const found: SequencePlace[] = [];
  for (const { name } of rows) {
    const { rows: states } = await client.query<Omit<SequencePlace, 'name'>>(
      `select last_value::text as value, is_called as "isCalled" from public.${pg.escapeIdentifier(name)}`,
    );
    found.push(...states.map((state) => ({ name, ...state })));
  }
  return found;
}

/** `public."demands" ("id", "code")` */
export function tableWithColumns({ name, columns }: Table): string {
  return `${qualified(name)} (${columns.map(pg.escapeIdentifier).join(', ')})`;
}

export function qualified(name: string): string {
  return `public.${pg.escapeIdentifier(name)}`;
}
