/** Whether standard output shows bold type: it is a terminal, and nobody has asked for plain text. */
export function showsBold({ stdout, env } = process): boolean {
  return stdout.isTTY === true && !env.NO_COLOR && env.TERM !== 'dumb';
}
