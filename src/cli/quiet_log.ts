/**
 * A command tells on its screen how its job goes; the log says only what is wrong with the program,
 * unless more is asked for. Before anything reads the settings.
 */
export function quietLog(): void {
  process.env.XGPT_LOG_LEVEL ||= 'error';
}
