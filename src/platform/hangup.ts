import { readFileSync } from 'node:fs';

/**
 * Whether the process was started with SIGHUP ignored, as `nohup` does, so that it outlives its
 * terminal. A handler would undo that. False where the system does not tell (other than Linux).
 */
export function isHangupIgnored(): boolean {
  try {
    const [, mask = ''] =
      /^SigIgn:\s*([0-9a-f]+)$/m.exec(readFileSync('/proc/self/status', 'utf8')) ?? [];
    // SIGHUP is signal 1, the lowest bit.
    return (Number.parseInt(mask.slice(-1), 16) & 1) === 1;
  } catch {
    return false;
  }
}
