/** Each test on PostgreSQL has databases of its own, which the next one gets empty. */
import { afterEach } from 'bun:test';

if (process.env.XGPT_TEST_DATABASE === 'postgres') {
  const { endTest } = await import('./job_database.ts');
  afterEach(endTest);
}
