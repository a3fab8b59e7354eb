import { InvalidConfig, loadConfig } from './config.ts';
import { DatabaseUnusable } from './database.ts';
import { serve } from './serve.ts';

try {
  await serve(loadConfig());
} catch (error) {
  const known = error instanceof InvalidConfig || error instanceof DatabaseUnusable;
  console.error(known ? error.message : error);
  process.exit(1);
}
