import { expect, test } from 'bun:test';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { deployFile, deployment, documentedFile, PROXIES } from './documented.ts';
import { VARIANTS } from './setup.ts';

const FILES = readdirSync(join(import.meta.dir, '../../deploy'));

const cluster = readFileSync(join(import.meta.dir, '../../docs/cluster.md'), 'utf8');

/** The content of every code block. */
const blocks = [...`${deployment}\n${cluster}`.matchAll(/^```\w*\n(.*?)^```$/gms)].map(
  ([, block]) => block,
);

test.each(FILES)('the documents show deploy/%s as it is', (name) => {
  expect(blocks).toContain(deployFile(name));
});

test.each(PROXIES)('the lines to replace for %s are in its file', (name) => {
  const files = VARIANTS.map((variant) => documentedFile(name, variant));
  expect(new Set(files).size).toBeGreaterThan(VARIANTS.length / 2);
});
