import { expect, test } from 'bun:test';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { deployFile, deployment, documentedFile, PROXIES } from './documented.ts';
import { VARIANTS } from './setup.ts';

const FILES = readdirSync(join(import.meta.dir, '../../deploy'));

/** The content of every code block. */
const blocks = [...deployment.matchAll(/^```\w*\n(.*?)^```$/gms)].map(([, block]) => block);

test.each(FILES)('docs/deployment.md shows deploy/%s as it is', (name) => {
  expect(blocks).toContain(deployFile(name));
});

test.each(PROXIES)('the lines to replace for %s are in its file', (name) => {
  const files = VARIANTS.map((variant) => documentedFile(name, variant));
  expect(new Set(files).size).toBeGreaterThan(VARIANTS.length / 2);
});
