import { roles } from '../contract/access/row.ts';
import { Subjects } from '../contract/access-subjects.ts';
import { addMember, administrator, type Body, createWorld, type TestApi, type World } from '../setup/api.ts';
import type { FuzzRow } from './requests.ts';

export const callerNames = [...roles, 'demandDirector', 'officer', 'apiKey', 'readKey', 'strangerToken'] as const;
export type CallerName = (typeof callerNames)[number] | 'its own';

/** A right request; with a token when only one person can make it. */
export interface Target {
  url: string;
  body?: unknown;
  headers?: Record<string, string>;
  token?: string;
}

const keptIds = 400;
const keptCursors = 40;
const idShape = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** One living world: people of every role, a right request for each row, and what answers have told so far. */
export class Ground {
  readonly api: TestApi;
  readonly world: World;
  readonly subjects: Subjects;
  readonly tokens: Record<Exclude<CallerName, 'its own'>, string | null>;
  readonly #targets = new Map<string, Target>();
  readonly #ids: string[] = [];
  readonly #cursors: string[] = [];

  private constructor(api: TestApi, world: World, tokens: Ground['tokens']) {
    this.api = api;
    this.world = world;
    this.tokens = tokens;
    this.subjects = new Subjects(api, world);
    for (const role of roles) {
      if (role !== 'anonymous') this.#ids.push(world[role].organizationId, world[role].userId);
    }
  }

  static async open(api: TestApi): Promise<Ground> {
    const world = await createWorld(api);
    const government = { kind: 'government', name: '吴忠市科学技术局', regionCode: '640300' };
    const bureau = (await world.admin.post('/v1/organizations', government)).body;
    const officer = await addMember(api, world.admin, bureau.id, 'officer');
    const keyWith = async (...scopes: string[]) =>
      (await world.enterprise.post('/v1/api-keys', { name: '模糊测试', scopes })).body.key as string;
    const people = Object.fromEntries(
      roles.map((role) => [role, role === 'anonymous' ? null : world[role].token]),
    ) as Record<(typeof roles)[number], string | null>;
    return new Ground(api, world, {
      ...people,
      demandDirector: world.demandDirector.token,
      officer: officer.token,
      apiKey: await keyWith('read', 'records:write', 'matches:write', 'projects:write', 'organizations:write'),
      readKey: await keyWith('read'),
      strangerToken: `${officer.token.slice(0, -4)}AAAA`,
    });
  }

  /** The right request of a row; the same one until it is used up. */
  async target(row: FuzzRow, caller: CallerName): Promise<Target> {
    const key = this.#keyOf(row, caller);
    const known = this.#targets.get(key);
    if (known !== undefined) return known;
    const asker = caller in this.world ? this.world[caller as keyof World] : this.world.enterprise;
    const target: Target = await row.request(this.subjects, asker);
    if (row.endsSession === true && target.token === undefined) target.token = await this.#newSession(caller);
    this.#targets.set(key, target);
    return target;
  }

  usedUp(row: FuzzRow, caller: CallerName): void {
    this.#targets.delete(this.#keyOf(row, caller));
  }

  /** Requests about one's own account differ by who makes them. */
  #keyOf(row: FuzzRow, caller: CallerName): string {
    return row.request.length > 1 || row.endsSession === true ? `${row.name} ${caller}` : row.name;
  }

  async #newSession(caller: CallerName): Promise<string> {
    const person = (caller in this.world ? this.world[caller as keyof World] : this.world.enterprise) as Body;
    const { email } = (person.session ?? this.world.enterprise.session).user;
    const password = email === administrator.email ? administrator.password : 'a long enough password';
    return (await this.api.signIn(email, password)).token;
  }

  idAt(at: number): string {
    return this.#ids[at % this.#ids.length] ?? '';
  }

  /** A cursor that some list gave out, not necessarily the one that it is sent to. */
  cursorAt(at: number): string | null {
    return this.#cursors.length === 0 ? null : (this.#cursors[at % this.#cursors.length] ?? null);
  }

  /** Keeps ids and cursors of an answer for requests to come. */
  learn(body: unknown): void {
    if (body === null || typeof body !== 'object') return;
    for (const [name, value] of Object.entries(body)) {
      if (typeof value !== 'string') this.learn(value);
      else if (name === 'nextCursor') keep(this.#cursors, value, keptCursors);
      else if (/(^id|Id)$/.test(name) && idShape.test(value)) keep(this.#ids, value, keptIds);
    }
  }

  /** Whether all can still sign their requests, and all organizations act. A fuzzer may find the request that ends one. */
  async isWhole(): Promise<boolean> {
    for (const [name, token] of Object.entries(this.tokens)) {
      if (token === null || name === 'strangerToken') continue;
      const { status, body } = await this.api.as(token).get('/v1/me');
      if (status !== 200 || (body.organization !== null && body.organization.status !== 'verified')) return false;
    }
    return true;
  }
}

function keep(list: string[], value: string, most: number): void {
  if (list.includes(value)) return;
  list.push(value);
  if (list.length > most) list.shift();
}
