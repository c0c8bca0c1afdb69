import { addMember, register } from '../../src/auth/service.ts';
import { anonymous, type UserActor } from '../../src/core/actor.ts';
import { createDemand, publishDemand, submitDemand } from '../../src/demands/service.ts';
import type { Deps } from '../../src/deps.ts';
import { createGovernment, createMarket, verifyOrganization } from '../../src/organizations/service.ts';
import { createResult, publishResult, submitResult } from '../../src/results/service.ts';
import { acting } from './acting.ts';
import { brokerEmail, bureau, director, officer, researcher, samplePassword } from './cast.ts';
import { type Person, type Present, recordKey } from './present.ts';
import type { Progress } from './progress.ts';
import {
  homeRegion,
  known,
  readRegionNames,
  type Sample,
  type SampleDemand,
  type SampleOrganization,
  type SampleResult,
} from './sample.ts';
import { waitUntilSettled } from './settle.ts';

/** Database connections and hashes are shared with the workers, which are busy at the same time. */
const parallel = 8;

export interface Loading {
  deps: Deps;
  sample: Sample;
  present: Present;
  administrator: UserActor;
  progress: Progress;
  signal: AbortSignal;
}

/**
 * Does what the sample wants and the database lacks, each act by whose it is, through the same verbs as the API. A load
 * that was interrupted therefore goes on where it stopped, and a complete one does nothing. `present` is kept up.
 */
export async function loadSample(loading: Loading): Promise<void> {
  await addMarkets(loading);
  await addOrganizations(loading);
  await addRecords(loading);
}

async function addMarkets(loading: Loading): Promise<void> {
  const { deps, sample, present, administrator } = loading;
  const ctx = deps.ctxFor(administrator);
  await addPerson(loading, administrator, present.rootMarketId, { ...director, role: 'director' });
  const names = readRegionNames();
  // One after the other: a province's market is above its cities'.
  for (const regionCode of sample.marketRegions) {
    loading.signal.throwIfAborted();
    if (present.markets.has(regionCode)) continue;
    const market = await createMarket(ctx, { name: `${names.get(regionCode)}科技大市场·样例`, regionCode });
    present.markets.set(regionCode, market.id);
  }
  await forEach(loading, 'markets 市场', sample.marketRegions, async (region) => {
    const broker = { name: `${names.get(region)}经纪人`, email: brokerEmail(region), role: 'broker' } as const;
    await addPerson(loading, administrator, known(present.markets, region), broker);
  });
  await addBureau(loading);
}

async function addBureau(loading: Loading): Promise<void> {
  const { deps, present, administrator } = loading;
  if (present.people.has(officer.email)) return;
  const [existing] = [...present.organizations].find(([, { name }]) => name === bureau.name) ?? [];
  const id = existing ?? (await createGovernment(deps.ctxFor(administrator), { kind: 'government', ...bureau })).id;
  await addPerson(loading, administrator, id, { ...officer, role: 'officer' });
}

async function addOrganizations(loading: Loading): Promise<void> {
  const { deps, sample, present } = loading;
  await forEach(loading, 'organizations 机构', [...sample.organizations.values()], async (organization) => {
    const person = present.people.get(organization.contact.email) ?? (await registerOne(loading, organization));
    if (present.organizations.get(person.organizationId)?.verified) return;
    const ctx = deps.ctxFor(brokerOf(loading, organization.regionCode));
    await verifyOrganization(ctx, person.organizationId, null);
    present.organizations.set(person.organizationId, { name: organization.name, verified: true });
  });
  const [{ result }] = sample.pairs;
  const transferOffice = ownerOf(loading, result.organization);
  await addPerson(loading, transferOffice, transferOffice.organizationId ?? '', { ...researcher, role: 'member' });
}

async function registerOne({ deps, present }: Loading, organization: SampleOrganization): Promise<Person> {
  const { key: _, ...profile } = organization;
  const { name, email } = organization.contact;
  const user = { name, email, password: samplePassword };
  const registered = await register(deps.ctxFor(anonymous), { organization: profile, user });
  const person = { userId: registered.user.id, organizationId: registered.organization.id };
  present.people.set(email, person);
  return person;
}

async function addRecords(loading: Loading): Promise<void> {
  const { deps, progress, signal } = loading;
  await forEach(loading, 'results 成果', loading.sample.results, (result) => addResult(loading, result));
  // With no demand there, a result's matches are found in no time; demands then find theirs once.
  await waitUntilSettled(deps.db, progress, signal);
  await forEach(loading, 'demands 需求', loading.sample.demands, (demand) => addDemand(loading, demand));
}

async function addDemand(loading: Loading, sampleDemand: SampleDemand): Promise<void> {
  const { deps, present } = loading;
  const { key: _, organization, ...input } = sampleDemand;
  const owner = ownerOf(loading, organization);
  const existing = present.demands.get(recordKey(owner.organizationId ?? '', input.title));
  const { id, status } = existing ?? (await createDemand(deps.ctxFor(owner), input));
  const step = { id, expectedVersion: null };
  if (status === 'draft') await submitDemand(deps.ctxFor(owner), step);
  if (status === 'draft' || status === 'submitted')
    await publishDemand(deps.ctxFor(brokerOf(loading, input.regionCode)), step);
}

async function addResult(loading: Loading, sampleResult: SampleResult): Promise<void> {
  const { deps, present } = loading;
  const { key: _, organization, ...input } = sampleResult;
  const owner = ownerOf(loading, organization);
  const existing = present.results.get(recordKey(owner.organizationId ?? '', input.title));
  const { id, status } = existing ?? (await createResult(deps.ctxFor(owner), input));
  const step = { id, expectedVersion: null };
  if (status === 'draft') await submitResult(deps.ctxFor(owner), step);
  if (status === 'draft' || status === 'submitted')
    await publishResult(deps.ctxFor(brokerOf(loading, input.regionCode)), step);
}

function ownerOf({ sample, present }: Loading, organizationKey: string): UserActor {
  const { kind, contact } = known(sample.organizations, organizationKey);
  return acting(known(present.people, contact.email), kind, 'admin');
}

function brokerOf({ sample, present }: Loading, regionCode: string): UserActor {
  return acting(known(present.people, brokerEmail(homeRegion(sample, regionCode))), 'market', 'broker');
}

interface NewPerson {
  name: string;
  email: string;
  role: 'director' | 'broker' | 'officer' | 'member';
}

async function addPerson(loading: Loading, by: UserActor, organizationId: string, person: NewPerson): Promise<void> {
  const { deps, present } = loading;
  if (present.people.has(person.email)) return;
  const { id } = await addMember(deps.ctxFor(by), organizationId, { ...person, password: samplePassword });
  present.people.set(person.email, { userId: id, organizationId });
}

/** Some at a time, counted; ends early, with nothing left running, when the demo is stopped or an item fails. */
async function forEach<Item>(
  { progress, signal }: Pick<Loading, 'progress' | 'signal'>,
  part: string,
  items: readonly Item[],
  work: (item: Item) => Promise<void>,
): Promise<void> {
  const waiting = [...items];
  let done = 0;
  let failed = false;
  async function takeTurns(): Promise<void> {
    for (let item = waiting.shift(); item !== undefined && !failed; item = waiting.shift()) {
      signal.throwIfAborted();
      try {
        await work(item);
      } catch (error) {
        failed = true;
        throw error;
      }
      done += 1;
      progress.count(part, done, items.length);
    }
  }
  const turns = await Promise.allSettled(Array.from({ length: parallel }, takeTurns));
  for (const turn of turns) if (turn.status === 'rejected') throw turn.reason;
}
