import { abridge } from '../text/abridge.ts';
import { escaped } from '../text/printable.ts';

export interface Logger {
  debug(message: string, fields?: Record<string, unknown>): void;
  info(message: string, fields?: Record<string, unknown>): void;
  warn(message: string, fields?: Record<string, unknown>): void;
  error(message: string, fields?: Record<string, unknown>): void;
}

export const LOG_LEVELS = ['debug', 'info', 'warn', 'error', 'silent'] as const;

export type LogLevel = (typeof LOG_LEVELS)[number];

/**
 * One line per entry on standard error: time, level, message, fields as `key=value`. Control
 * characters are escaped: a newline would forge a line, and others drive the terminal that shows it.
 */
export function createLogger(
  level: LogLevel,
  write: (line: string) => void = (line) => process.stderr.write(line),
): Logger {
  const at =
    (own: LogLevel) =>
    (message: string, fields: Record<string, unknown> = {}) => {
      if (LOG_LEVELS.indexOf(own) < LOG_LEVELS.indexOf(level)) return;
      const pairs = Object.entries(fields).map(([key, value]) => ` ${key}=${inOneLine(value)}`);
      const said = escaped(message + pairs.join(''));
      write(`${new Date().toISOString()} ${own.padEnd(5)} ${said}\n`);
    };
  return { debug: at('debug'), info: at('info'), warn: at('warn'), error: at('error') };
}

export const silentLogger: Logger = createLogger('silent');

function inOneLine(value: unknown): string {
  const said = value instanceof Error ? (value.stack ?? value.message) : value;
  return JSON.stringify(abridge(said)) ?? 'undefined';
}
