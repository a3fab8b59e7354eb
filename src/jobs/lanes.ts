/** Divides the queue of a type, so that the jobs of one lane do not hold up those of another. */
export interface Lanes<Input> {
  /** The lane of a job with that input. */
  of(input: Input): string;
  stateOf: LaneStateOf;
}

/** Asked in the transaction that claims jobs: it must be synchronous and have no other effect. */
export type LaneStateOf = (lane: string) => LaneState;

export interface LaneState {
  /** How many jobs of the lane run at once in all processes, 1 or more. */
  limit: number;
  /** None starts before that time, in ms since 1970 UTC; `Infinity`: until something else is said. */
  blockedUntil?: number;
}

/** How the jobs of a lane are cancelled. */
export interface LaneCancel {
  /** Becomes their message. */
  why: string;
  /** The id of one that is not cancelled. */
  except?: string;
}
