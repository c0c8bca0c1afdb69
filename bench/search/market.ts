/** An enterprise with published demands, and the broker who publishes their changes: over HTTP, as people would. */
export interface BusyMarket {
  /** Changes the title of the next demand and has it published; whether both were acknowledged. Several at a time. */
  changeOne(): Promise<boolean>;
}

interface Demand {
  id: string;
  version: number;
}

interface Answer<Body> {
  ok: boolean;
  body: Body;
}

type Send = <Body>(method: string, path: string, body?: object, headers?: object) => Promise<Answer<Body>>;

const password = 'a long enough password';

export async function openMarket(
  baseUrl: string,
  administrator: { email: string; password: string },
  demandCount: number,
): Promise<BusyMarket> {
  const admin = await whenReady(() => signIn(baseUrl, administrator));
  const [root] = must(await admin<{ items: { id: string }[] }>('GET', '/v1/markets')).items;
  const people = { broker: 'broker@bench.example', owner: 'owner@bench.example' };
  const member = { name: 'broker', email: people.broker, password, role: 'broker' };
  must(await admin('POST', `/v1/organizations/${root?.id}/members`, member));
  const registration = {
    organization: { name: '某枸杞乳业公司', kind: 'enterprise', regionCode: '640302' },
    user: { name: '管理员', email: people.owner, password },
  };
  const { organization } = must(
    await sender(baseUrl)<{ organization: { id: string } }>('POST', '/v1/registrations', registration),
  );
  const broker = await signIn(baseUrl, { email: people.broker, password });
  const owner = await signIn(baseUrl, { email: people.owner, password });
  must(await broker('POST', `/v1/organizations/${organization.id}/verify`));

  const free: Demand[] = [];
  for (let at = 0; at < demandCount; at += 1) {
    const { id } = must(await owner<Demand>('POST', '/v1/demands', demandInput(0)));
    must(await owner('POST', `/v1/demands/${id}/submit`));
    must(await broker('POST', `/v1/demands/${id}/publish`));
    free.push(must(await owner<Demand>('GET', `/v1/demands/${id}`)));
  }
  let changes = 0;
  return {
    changeOne: async () => {
      const demand = free.shift();
      if (demand === undefined) throw new Error('more writers than demands');
      changes += 1;
      const url = `/v1/demands/${demand.id}`;
      const { title } = demandInput(changes);
      const changed = await owner<Demand>('PATCH', url, { title }, { 'if-match': `"${demand.version}"` });
      const published = await broker<Demand>('POST', `${url}/publish`);
      free.push((await owner<Demand>('GET', url)).body);
      return changed.ok && published.ok;
    },
  };
}

function demandInput(change: number) {
  return {
    title: `枸杞鲜奶活性成分保持 ${change}`,
    summary: '低温工艺下保持枸杞多糖与玉米黄素活性的功能乳制品。',
    problem: '巴氏杀菌后枸杞多糖保留率低于 60 %，货架期内沉淀明显。',
    keywords: ['枸杞', '功能乳', '多糖'],
    technologyFields: ['206'],
    cooperationModes: ['joint_development'],
    targetTrl: 6,
    contact: { name: '马工', phone: '13900000001' },
  };
}

async function signIn(baseUrl: string, who: { email: string; password: string }): Promise<Send> {
  const { token } = must(await sender(baseUrl)<{ token: string }>('POST', '/v1/sessions', who));
  return sender(baseUrl, { authorization: `Bearer ${token}` });
}

function sender(baseUrl: string, common: object = {}): Send {
  return async <Body>(method: string, path: string, body?: object, headers: object = {}) => {
    const response = await fetch(`${baseUrl}${path}`, {
      method,
      headers: { ...common, ...headers, ...(body === undefined ? {} : { 'content-type': 'application/json' }) },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    return { ok: response.ok, body: (await response.json()) as Body };
  };
}

function must<Body>({ ok, body }: Answer<Body>): Body {
  if (!ok) throw new Error(JSON.stringify(body));
  return body;
}

/** The program takes a moment until it listens. */
async function whenReady<T>(work: () => Promise<T>): Promise<T> {
  const giveUpMs = performance.now() + 120_000;
  for (;;) {
    try {
      return await work();
    } catch (error) {
      if (performance.now() > giveUpMs) throw error;
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  }
}
