/** A group of readers, before it is known who is in it today. */
export type Circle =
  /** The member whose record it is, and the organization's admins. */
  | { kind: 'owners'; organizationId: string; responsibleUserId: string | null }
  | { kind: 'members'; organizationId: string }
  /** Who answers for an organization's programs: admins, a market's directors, a bureau's officers. */
  | { kind: 'managers'; organizationId: string }
  | { kind: 'person'; organizationId: string; userId: string }
  /** Brokers and directors of the market, or of the nearest above that has any. */
  | { kind: 'staff'; marketId: string }
  /** Directors of that market; its brokers where it has no director. */
  | { kind: 'directors'; marketId: string };

/** A member as the audience needs one. */
export interface Person {
  userId: string;
  organizationId: string;
  role: string;
}

export interface Recipient {
  userId: string;
  organizationId: string;
  /** Hears of it as a party; staff of a market as its broker. */
  as: 'party' | 'broker';
}

/** Members by organization. */
export type People = ReadonlyMap<string, readonly Person[]>;

function isStaff(person: Person): boolean {
  return person.role === 'broker' || person.role === 'director';
}

/** Whether a market has somebody who brokers. */
export function hasStaff(people: People, marketId: string): boolean {
  return people.get(marketId)?.some(isStaff) ?? false;
}

const managing = ['admin', 'director', 'officer'];

function isIn(circle: Circle, people: People, staffedMarketOf: ReadonlyMap<string, string>): readonly Person[] {
  switch (circle.kind) {
    case 'members':
      return people.get(circle.organizationId) ?? [];
    case 'managers':
      return (people.get(circle.organizationId) ?? []).filter((person) => managing.includes(person.role));
    case 'person':
      return (people.get(circle.organizationId) ?? []).filter((person) => person.userId === circle.userId);
    case 'owners':
      return (people.get(circle.organizationId) ?? []).filter(
        (person) => person.role === 'admin' || person.userId === circle.responsibleUserId,
      );
    case 'staff':
    case 'directors': {
      const staff = (people.get(staffedMarketOf.get(circle.marketId) ?? '') ?? []).filter(isStaff);
      const directing = staff.filter((person) => person.role === 'director');
      return circle.kind === 'directors' && directing.length > 0 ? directing : staff;
    }
  }
}

/**
 * The people in the circles, each once.
 * @param staffedMarketOf for each market of a circle, the nearest one that has staff: itself or one above
 */
export function recipientsOf(
  circles: readonly Circle[],
  people: People,
  staffedMarketOf: ReadonlyMap<string, string>,
): Recipient[] {
  const recipients = new Map<string, Recipient>();
  for (const circle of circles) {
    const as = circle.kind === 'staff' || circle.kind === 'directors' ? 'broker' : 'party';
    for (const { userId, organizationId } of isIn(circle, people, staffedMarketOf)) {
      if (!recipients.has(userId)) recipients.set(userId, { userId, organizationId, as });
    }
  }
  return [...recipients.values()];
}
