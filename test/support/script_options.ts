import { type ParseArgsConfig, parseArgs } from 'node:util';

/**
 * The options of a script. `--help` prints `usage` and ends the process; an option that the script does not
 * have ends it with 2.
 */
export function readScriptOptions<Config extends ParseArgsConfig>(
  usage: string,
  config: Config,
): ReturnType<typeof parseArgs<Config>> {
  const words = config.args ?? process.argv.slice(2);
  if (words.some((word) => word === '--help' || word === '-h')) {
    console.log(usage);
    process.exit(0);
  }
  try {
    return parseArgs(config);
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (!code?.startsWith('ERR_PARSE_ARGS')) throw error;
    return refuseOptions(message, usage);
  }
}

/** The number that an option has, from `least` on; another value ends the process with 2. */
export function wholeOption(usage: string, name: string, typed: string, least: number): number {
  const number = /^\d+$/.test(typed) ? Number(typed) : Number.NaN;
  if (number >= least) return number;
  return refuseOptions(`--${name} must be a whole number from ${least} on (is "${typed}").`, usage);
}

export function refuseOptions(problem: string, usage: string): never {
  console.error(`${problem}\n\n${usage}`);
  process.exit(2);
}
