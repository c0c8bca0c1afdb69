import type { Body, Caller } from '../../setup/api.ts';
import type { Subjects } from '../access-subjects.ts';

export interface AccessRequest {
  url: string;
  body?: unknown;
  headers?: Record<string, string>;
}

export interface Row {
  /** The status for each role, in the order of `roles`. */
  answers: string;
  /** A request that is right in everything but perhaps its caller. Asked for again after each success. */
  request(subjects: Subjects, caller: Caller): Promise<AccessRequest> | AccessRequest;
  /** The request ends the caller's session. */
  endsSession?: true;
}

/** The stranger enterprise lies in the demand market's territory, the stranger university in the result market's. */
export const roles = [
  'anonymous',
  'strangerEnterprise',
  'strangerUniversity',
  'enterprise',
  'university',
  'demandBroker',
  'resultBroker',
  'provinceDirector',
  'admin',
] as const;

export const anybody = '200 200 200 200 200 200 200 200 200';
export const staffOfDemandMarket = '401 404 404 404 404 200 404 200 200';
export const signedIn = '401 200 200 200 200 200 200 200 200';

export function at(url: string, body?: unknown): () => AccessRequest {
  return () => ({ url, body });
}

export function ifMatch(record: Body): Record<string, string> {
  return { 'if-match': `"${record.version}"` };
}

export const reason = { reason: '请补充材料' };

/** Who is concerned with a joint project or its contract. */
export const insiders = '401 404 404 200 200 200 404 200 404';
