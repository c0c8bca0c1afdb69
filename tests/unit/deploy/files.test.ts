import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { packageRoot } from '../../../db/package-root.ts';
import { Environment } from '../../../src/config.ts';

interface Service {
  image?: string;
  environment?: Record<string, string>;
  healthcheck?: { test?: unknown; disable?: boolean };
  depends_on?: Record<string, { condition: string }>;
  volumes?: string[];
  command?: string[];
}

const read = (name: string) => readFile(join(packageRoot(), name), 'utf8');
const known = Object.keys(Environment.properties);

describe('docker-compose.yml', async () => {
  const text = await read('docker-compose.yml');
  const compose = parse(text, { merge: true }) as { services: Record<string, Service>; volumes: Record<string, null> };

  it('wires API, worker, PostgreSQL, Redis and Meilisearch', () => {
    expect(Object.keys(compose.services).sort()).toEqual(['api', 'meilisearch', 'postgres', 'redis', 'worker']);
    for (const name of ['api', 'worker']) {
      expect(compose.services[name]?.depends_on).toMatchObject({
        postgres: { condition: 'service_healthy' },
        redis: { condition: 'service_healthy' },
      });
    }
  });

  it('gives our processes only variables that the configuration knows', () => {
    for (const name of ['api', 'worker']) {
      for (const variable of Object.keys(compose.services[name]?.environment ?? {})) expect(known).toContain(variable);
    }
    expect(compose.services.api?.environment?.WORKERS).toBe('off');
  });

  it('searches in Meilisearch, of a version that the adapter knows, without waiting for it', () => {
    for (const name of ['api', 'worker']) {
      expect(compose.services[name]?.environment?.MEILI_URL).toBe('http://meilisearch:7700');
      expect(compose.services[name]?.depends_on?.meilisearch).toEqual({ condition: 'service_started' });
    }
    const [, minor = '0'] = /^getmeili\/meilisearch:v1\.(\d+)$/.exec(compose.services.meilisearch?.image ?? '') ?? [];
    expect(Number(minor)).toBeGreaterThanOrEqual(36);
  });

  it('checks the health of every server it brings, keeps their data in named volumes, and forbids Redis to evict', () => {
    for (const name of ['postgres', 'redis', 'meilisearch']) {
      const service = compose.services[name];
      expect(service?.healthcheck?.test).toBeDefined();
      for (const volume of service?.volumes ?? []) expect(Object.keys(compose.volumes)).toContain(volume.split(':')[0]);
      expect(service?.volumes).toHaveLength(1);
    }
    expect(compose.services.redis?.command).toContain('noeviction');
  });
});

describe('.env.example', () => {
  it('names exactly the variables that the configuration reads', async () => {
    const named = [...(await read('.env.example')).matchAll(/^#?([A-Z0-9_]+)=/gm)].map((match) => match[1]);
    expect(named.sort()).toEqual([...known].sort());
  });
});
