import { loadConfig } from '../../src/platform/config.ts';
import { createSources } from '../../src/sources/index.ts';

/** The names of all sources, in the order of the program. */
export const SOURCES = [...createSources(loadConfig({})).keys()];
