/** Exit codes. `docs/terminal.md` lists them. */
export const EXIT = {
  /** The job completed, or the command succeeded. */
  completed: 0,
  /** The job or the command failed. */
  failed: 1,
  /** The command, an option, the input or a setting is invalid; nothing was started. */
  usage: 2,
  /** There is no such job, archive or backup. */
  notFound: 3,
  /** The job was cancelled by another process. */
  cancelled: 4,
  /** The data folder or the database cannot be used. */
  unusable: 5,
  /** Ctrl-C: the job is cancelled, or left to other processes. 128 + SIGINT, as in shells. */
  interrupted: 130,
  /** Watching ended because the output was closed. 128 + SIGPIPE, as in shells. */
  unread: 141,
} as const;

/** Ends the command with `code` and prints the message, a whole sentence, on standard error. */
export class CommandFailed extends Error {
  override readonly name = 'CommandFailed';
  constructor(
    message: string,
    readonly code: number,
  ) {
    super(message);
  }
}
