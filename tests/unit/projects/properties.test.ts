import fc from 'fast-check';
import { expect, test } from 'vitest';
import { AppError, notFound } from '../../../src/core/errors.ts';
import { nextState } from '../../../src/core/transitions.ts';
import {
  addsToWhole,
  allocate,
  awaitingCny,
  checkPayment,
  composeParties,
  type MilestoneStatus,
  milestoneTransitions,
  type Party,
  type PaymentFacts,
  type PaymentStatus,
  paymentTransitions,
  requireUpToDate,
  settledCny,
  type Terms,
  termsAfter,
} from '../../../src/projects/rules.ts';

/** Three parts of a whole, to two decimals. */
const shares = fc
  .tuple(fc.integer({ min: 1, max: 9_800 }), fc.integer({ min: 1, max: 9_800 }))
  .map(([a, b]) => [Math.min(a, b), Math.max(a, b) + 1] as const)
  .map(([a, b]) => [a / 100, (b - a) / 100, (10_000 - b) / 100]);

const at = fc.nat({ max: 2 });
const command = fc.oneof(
  { weight: 6, arbitrary: fc.record({ verb: fc.constantFrom('submit', 'accept'), at }) },
  { weight: 1, arbitrary: fc.record({ verb: fc.constant('rework'), at }) },
  { weight: 4, arbitrary: fc.record({ verb: fc.constant('record'), at, percent: fc.constantFrom(30, 50, 100, 101) }) },
  {
    weight: 3,
    arbitrary: fc.record({ verb: fc.constantFrom('confirm', 'dispute', 'withdraw'), at, of: fc.nat({ max: 3 }) }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ verb: fc.constant('budget'), budgetCny: fc.integer({ min: 0, max: 3_000_000 }) }),
  },
  { weight: 1, arbitrary: fc.record({ verb: fc.constant('milestones'), shares, keep: fc.boolean() }) },
  { weight: 1, arbitrary: fc.record({ verb: fc.constant('parties'), work: shares, benefit: shares }) },
  { weight: 2, arbitrary: fc.constant({ verb: 'agree' as const }) },
);

const lead: Party = {
  organizationId: 'e',
  role: 'lead',
  responsibleUserId: 'eve',
  workShare: 40,
  benefitShare: 60,
  contributions: [],
};
const partner: Party = { ...lead, organizationId: 'u', role: 'partner', workShare: 60, benefitShare: 40 };

/** A running project as the rules see it; every verb either moves it or is refused. */
class Model {
  terms: Terms;
  statuses = new Map<string, MilestoneStatus>();
  payments = new Map<string, PaymentFacts[]>();
  proposed: { before: Terms; after: Terms } | null = null;
  #made = 0;

  constructor(budgetCny: number, parts: readonly number[]) {
    const amounts = allocate(budgetCny, parts);
    const milestones = parts.map((paymentShare, at) => ({
      ...this.#milestone(),
      paymentShare,
      amountCny: amounts[at] ?? 0,
    }));
    this.terms = { budgetCny, budgetItems: [], parties: [lead, partner], milestones };
    for (const { id } of milestones) this.statuses.set(id, 'planned');
  }

  #milestone() {
    return { id: `m${++this.#made}`, title: '一段', startsOn: null, dueOn: '2027-03-31', acceptanceCriteria: '合格' };
  }

  run(step: typeof command extends fc.Arbitrary<infer T> ? T : never): void {
    switch (step.verb) {
      case 'submit':
      case 'accept':
      case 'rework': {
        const id = this.#idAt(step.at);
        this.statuses.set(id, nextState(milestoneTransitions, step.verb, this.#statusOf(id)));
        return;
      }
      case 'record': {
        const id = this.#idAt(step.at);
        nextState(milestoneTransitions, 'pay', this.#statusOf(id));
        const day = '2027-04-01';
        const amountCny = Math.ceil((this.#termsOf(id).amountCny * step.percent) / 100);
        // As the input's schema has it.
        if (amountCny === 0) return;
        checkPayment({ amountCny, paidOn: day }, this.#termsOf(id), this.#paymentsOf(id), {
          acceptedOn: day,
          today: day,
        });
        this.payments.set(id, [...this.#paymentsOf(id), { status: 'recorded', amountCny }]);
        return;
      }
      case 'confirm':
      case 'dispute':
      case 'withdraw': {
        const id = this.#idAt(step.at);
        const payment = this.#paymentsOf(id)[step.of];
        if (payment === undefined) throw notFound();
        payment.status = nextState<PaymentStatus, 'confirm' | 'dispute' | 'withdraw'>(
          paymentTransitions,
          step.verb,
          payment.status,
        );
        if (settledCny(this.#paymentsOf(id)) === this.#termsOf(id).amountCny)
          this.statuses.set(id, nextState(milestoneTransitions, 'pay', this.#statusOf(id)));
        return;
      }
      case 'budget':
        this.#propose({ budgetCny: step.budgetCny });
        return;
      case 'milestones': {
        const open = this.terms.milestones.filter(({ id }) => ['planned', 'rework'].includes(this.#statusOf(id)));
        const fixed = this.terms.milestones.filter((each) => !open.includes(each));
        const left = 100 - fixed.reduce((sum, { paymentShare }) => sum + paymentShare, 0);
        const milestones = step.shares.map((share, at) => ({
          title: '一段',
          dueOn: '2027-06-30',
          acceptanceCriteria: '合格',
          paymentShare: (share * left) / 100,
          id: step.keep ? open[at]?.id : undefined,
        }));
        this.#propose({ milestones });
        return;
      }
      case 'parties': {
        const stated = [lead, partner, { ...partner, organizationId: 'v' }].map(({ organizationId, role }, at) => ({
          organizationId,
          role,
          workShare: step.work[at] ?? 0,
          benefitShare: step.benefit[at] ?? 0,
        }));
        this.#propose({}, composeParties([lead, partner], stated));
        return;
      }
      case 'agree': {
        if (this.proposed === null) return;
        const { before, after } = this.proposed;
        this.proposed = null;
        requireUpToDate(before, after, this.terms, this.statuses);
        this.terms = after;
        for (const { id } of after.milestones) if (!this.statuses.has(id)) this.statuses.set(id, 'planned');
      }
    }
  }

  #propose(change: Parameters<typeof termsAfter>[1], parties = this.terms.parties): void {
    const standing = { terms: this.terms, fundingMode: 'lump_sum' as const, statuses: this.statuses };
    const after = termsAfter(standing, change, parties, () => this.#milestone().id);
    this.proposed = { before: this.terms, after };
  }

  #idAt(at: number): string {
    return this.terms.milestones[at % this.terms.milestones.length]?.id ?? '';
  }

  #statusOf(id: string): MilestoneStatus {
    return this.statuses.get(id) ?? 'planned';
  }

  #termsOf(id: string) {
    return this.terms.milestones.find((each) => each.id === id) as Terms['milestones'][number];
  }

  #paymentsOf(id: string): PaymentFacts[] {
    return this.payments.get(id) ?? [];
  }

  /** What does not hold; asked after every step, so without the cost of an expectation. */
  faults(): string[] {
    const { budgetCny, milestones, parties } = this.terms;
    const faults: string[] = [];
    if (!addsToWhole(milestones.map(({ paymentShare }) => paymentShare))) faults.push('payment shares');
    if (milestones.reduce((sum, { amountCny }) => sum + amountCny, 0) !== budgetCny) faults.push('amounts');
    for (const share of ['workShare', 'benefitShare'] as const)
      if (!addsToWhole(parties.map((party) => party[share] ?? 0))) faults.push(share);
    for (const [id, payments] of this.payments) {
      const status = this.#statusOf(id);
      const { amountCny } = this.#termsOf(id);
      const settled = settledCny(payments);
      if (status !== 'accepted' && status !== 'paid') faults.push('a payment before the acceptance');
      if (settled + awaitingCny(payments) > amountCny) faults.push('a payment above the share');
      if ((status === 'paid') !== (settled === amountCny)) faults.push('paid');
    }
    return faults;
  }
}

test('whatever the parties do in whatever order, shares stay a whole and payments within accepted amounts', () => {
  const moved = new Map<string, number>();
  fc.assert(
    fc.property(
      fc.integer({ min: 3, max: 2_000_000 }),
      shares,
      fc.array(command, { minLength: 20, maxLength: 80, size: 'max' }),
      (budgetCny, parts, commands) => {
        const model = new Model(budgetCny, parts);
        for (const step of commands) {
          try {
            model.run(step);
            moved.set(step.verb, (moved.get(step.verb) ?? 0) + 1);
            if ([...model.statuses.values()].includes('paid')) moved.set('paid', (moved.get('paid') ?? 0) + 1);
          } catch (error) {
            if (!(error instanceof AppError)) throw error;
          }
          const faults = model.faults();
          if (faults.length > 0) throw new Error(faults.join(', '));
        }
      },
    ),
    { numRuns: 500 },
  );
  // Every verb has moved something: the property is not true of nothing.
  for (const verb of ['accept', 'record', 'confirm', 'dispute', 'budget', 'milestones', 'parties', 'agree', 'paid'])
    expect(moved.get(verb) ?? 0, verb).toBeGreaterThan(5);
});

test('parts in whole yuan make up the whole and lie within a yuan of their shares', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 0, max: 1_000_000_000_000 }),
      fc.array(fc.integer({ min: 1, max: 1_000_000 }), { minLength: 1, maxLength: 50 }),
      (totalCny, weights) => {
        const parts = allocate(
          totalCny,
          weights.map((weight) => weight / 10_000),
        );
        const weight = weights.reduce((sum, each) => sum + each, 0);
        expect(parts.reduce((sum, part) => sum + part, 0)).toBe(totalCny);
        const off = parts.map((part, at) => Math.abs(part - (totalCny * (weights[at] ?? 0)) / weight));
        expect(Math.max(...off)).toBeLessThan(1.001);
      },
    ),
    { numRuns: 500 },
  );
});
