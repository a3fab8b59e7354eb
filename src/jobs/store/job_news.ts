/** Reads what other processes changed. */
export interface JobNews {
  /**
   * What other connections have changed since the last call; `undefined` when they have committed
   * nothing. `progressed` has the jobs of other owners only. `hasRemoved` says that jobs were deleted,
   * which `changed` lists only as far as the taskbar shows them. To be awaited before the next call.
   */
  take(owner: string): Promise<News | undefined>;
  /** Whether every commit of another process is certain to be signalled, so that polls can be rare. */
  readonly isSignalled: boolean;
}

export interface News {
  changed: ReadonlySet<string> | 'too many';
  progressed: string[];
  hasRemoved: boolean;
}
