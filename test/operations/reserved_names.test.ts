import { afterAll, expect, test } from 'bun:test';
import { createProgram } from '../../src/cli/commands.ts';
import { OPERATION_TYPES, RESERVED_NAMES, refuseReserved } from '../../src/operations/index.ts';
import { closeApps, setupApp } from '../support/app.ts';

afterAll(closeApps);

test('no job type may be called like an address or a command of the program', async () => {
  const { app } = await setupApp();
  const addresses = app.routes.flatMap(({ path }) => {
    const [first = '', second = ''] = path.split('/').slice(1);
    return first === 'api' ? [first, second] : [first];
  });
  const { commands } = await createProgram(async () => {}, []);
  const names = [...addresses, ...commands.map((command) => command.name())];
  const taken = new Set(names.filter((name) => /^\w/.test(name) && !name.startsWith('favicon')));
  for (const type of OPERATION_TYPES) taken.delete(type);
  expect(
    [...taken].filter((name) => !RESERVED_NAMES.some((reserved) => reserved === name)),
  ).toEqual([]);
  for (const name of taken) expect(() => refuseReserved(name)).toThrow('Give it another name.');
});

test('the name of a job type fits into an address, a command and an id', () => {
  for (const name of ['count', 'count-up', 'top10']) refuseReserved(name);
  for (const name of ['Count', 'count_up', '-count', 'count-', 'zählen', '1st', 'a b', '']) {
    expect(() => refuseReserved(name), name).toThrow(
      'lower-case letters, digits and single hyphens',
    );
  }
});
