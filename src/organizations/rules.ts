import type { Transition } from '../core/transitions.ts';

type OrganizationStatus = 'pending' | 'verified' | 'suspended';

/** pending -> verified -> suspended, and back once the reason is gone. All by staff of the home market. */
export const organizationTransitions = {
  verify: { from: ['pending'], to: 'verified' },
  suspend: { from: ['pending', 'verified'], to: 'suspended' },
  reinstate: { from: ['suspended'], to: 'verified' },
} as const satisfies Record<string, Transition<OrganizationStatus>>;
