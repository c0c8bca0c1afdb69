import type { SessionView } from '../../src/auth/views.ts';

/** The API as one signed-in person uses it, over HTTP. */
export interface Caller {
  session: SessionView;
  get<Answer>(path: string): Promise<Answer>;
  post<Answer>(path: string, body?: object): Promise<Answer>;
}

export interface Door {
  /** Where the server listens, without a slash at the end. */
  baseUrl: string;
  signal: AbortSignal;
}

/** @throws Error with the problem's code and detail for an answer other than 2xx */
export async function signIn(door: Door, email: string, password: string): Promise<Caller> {
  const session = await send<SessionView>(door, 'POST', '/v1/sessions', {}, { email, password });
  const headers = { authorization: `Bearer ${session.token}` };
  return {
    session,
    get: (path) => send(door, 'GET', path, headers),
    post: (path, body) => send(door, 'POST', path, headers, body),
  };
}

async function send<Answer>(
  { baseUrl, signal }: Door,
  method: 'GET' | 'POST',
  path: string,
  headers: Record<string, string>,
  body?: object,
): Promise<Answer> {
  const response = await fetch(`${baseUrl}${path}`, {
    method,
    signal,
    headers: body === undefined ? headers : { ...headers, 'content-type': 'application/json' },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const text = await response.text();
  if (!response.ok) throw new Error(`${method} ${path} was answered with ${response.status}: ${text}`);
  return JSON.parse(text) as Answer;
}
