import type { Caller } from './api.ts';

/** One line of the story: who did what, and the status that it has led to. */
export interface StoryStep {
  who: string;
  what: string;
  status: string;
}

export type Tell = (who: Caller | string, what: string, status: string) => void;

/** Adds a line for each act; a person is named by role and organization. */
export function tellInto(steps: StoryStep[]): Tell {
  return (who, what, status) => {
    steps.push({ who: typeof who === 'string' ? who : nameOf(who), what, status });
  };
}

function nameOf({ session: { user, organization } }: Caller): string {
  const role = user.role === 'broker' ? 'broker' : (organization?.kind ?? '');
  return `${role} ${organization?.name ?? user.name}`;
}
