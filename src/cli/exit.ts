/** How a command ends, for scripts. `docs/terminal.md` lists them. */
export const EXIT = {
  /** The job completed, or what was asked is done. */
  completed: 0,
  /** The job failed, or what was asked could not be done. */
  failed: 1,
  /** The command, its options, its input or a setting cannot be used; nothing was started. */
  usage: 2,
  /** There is no such job or archive. */
  notFound: 3,
  /** The job was cancelled from elsewhere. */
  cancelled: 4,
  /** The data folder or the database cannot be used. */
  unusable: 5,
  /** Ctrl-C: the job is cancelled, or left to others. As shells have it: 128 + SIGINT. */
  interrupted: 130,
  /** What looks on was called off, because nobody reads it. As shells have it: 128 + SIGPIPE. */
  unread: 141,
} as const;

/** A command ends with this code and says this, a whole sentence, on standard error. */
export class CommandFailed extends Error {
  override readonly name = 'CommandFailed';
  constructor(
    message: string,
    readonly code: number,
  ) {
    super(message);
  }
}
