import { readFileSync } from 'node:fs';
import { once } from './once.ts';

/**
 * The user of the machine that runs this process, by the number that the system knows; undefined when it has
 * no name. Not `os.userInfo()`: in Bun 1.4.4 its name is what the variable `USER` says.
 */
export const userName = once((): string | undefined => {
  const number = process.getuid?.();
  if (number === undefined) return process.env.USERNAME;
  return nameInPasswd(number) ?? nameFromSystem();
});

function nameInPasswd(number: number): string | undefined {
  try {
    const lines = readFileSync('/etc/passwd', 'utf8').split('\n');
    const fields = lines.map((line) => line.split(':'));
    return fields.find(([, , uid]) => uid === String(number))?.[0];
  } catch {
    return undefined;
  }
}

/** Of users that a directory service knows, and on macOS. */
function nameFromSystem(): string | undefined {
  try {
    const { exitCode, stdout } = Bun.spawnSync(['id', '-un'], { stderr: 'ignore' });
    return exitCode === 0 ? stdout.toString().trim() : undefined;
  } catch {
    return undefined;
  }
}
