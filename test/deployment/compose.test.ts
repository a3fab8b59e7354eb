import { describe, expect, test } from 'bun:test';
import { loadConfig, unknownSettings } from '../../src/platform/config.ts';
import { deployFile } from './documented.ts';

interface Service {
  command?: string[];
  environment?: Record<string, string>;
}

const { services } = Bun.YAML.parse(deployFile('compose.yaml')) as {
  services: Record<string, Service>;
};

const commands = Object.values(services).flatMap(({ command }) => command ?? []);

/** The value that Compose gives a variable with a default, or that somebody has set. */
function filledIn(value: string): string {
  return value
    .replace(/\$\{\w+:-([^}]*)\}/g, '$1')
    .replace(/\$\{POSTGRES_PASSWORD:\?\}/g, 'secret')
    .replace(/\$\{XGPT_SECRET_KEY:\?\}/g, 'ab'.repeat(32))
    .replace(/\$\{XGPT_TOKEN:\?\}/g, 'a-secret-of-sixteen-signs');
}

describe('deploy/compose.yaml', () => {
  test('has two servers and workers', () => {
    expect(commands).toEqual(['serve', 'serve', 'worker']);
  });

  test('gives all of them settings that the program knows and takes', () => {
    const given = Object.values(services).filter(({ command }) => command);
    for (const { environment = {} } of given) {
      const env = Object.fromEntries(
        Object.entries(environment).map(([name, value]) => [name, filledIn(value)]),
      );
      expect(unknownSettings(env)).toEqual([]);
      expect(loadConfig(env)).toMatchObject({
        databaseUrl: 'postgres://xgpt:secret@postgres:5432/xgpt',
        importsDir: '/imports',
        leaseMs: 10_000,
      });
    }
  });
});
