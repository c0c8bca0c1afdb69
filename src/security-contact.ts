import type { FastifyInstance } from 'fastify';
import { type Clock, plusDays } from './core/clock.ts';
import { notFound } from './core/errors.ts';

/** RFC 9116 advises less than a year. It moves on with every day that somebody runs this and means the contact. */
const validDays = 180;

/** Where to report a weakness (RFC 9116): 404 until somebody is named. */
export async function securityContactRoutes(
  app: FastifyInstance,
  { contact, publicUrl, clock }: { contact: string | null; publicUrl: string; clock: Clock },
): Promise<void> {
  app.get('/.well-known/security.txt', { schema: { hide: true } }, async (_request, reply) => {
    if (contact === null) throw notFound();
    const today = clock.now().toISOString().slice(0, 10);
    const lines = [
      `Contact: ${contact}`,
      `Expires: ${plusDays(new Date(`${today}T00:00:00Z`), validDays).toISOString()}`,
      'Preferred-Languages: zh, en',
      `Canonical: ${new URL('/.well-known/security.txt', publicUrl).href}`,
    ];
    return reply.type('text/plain; charset=utf-8').send(`${lines.join('\n')}\n`);
  });
}
