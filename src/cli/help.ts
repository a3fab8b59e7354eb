type Example = [command: string, does: string];

/** A help text's end: commands to copy, each with what it does. */
export function examples(...lines: Example[]): string {
  const width = Math.max(...lines.map(([command]) => command.length));
  const rows = lines.map(([command, does]) => `  ${command.padEnd(width)}   ${does}`);
  return `\nExamples:\n${rows.join('\n')}\n`;
}
