/**
 * For errors that are made whenever a process ends: for the stack of an error that outlives its callers,
 * Bun 1.4.4 reads the source maps of the program, which takes 0.1 s.
 * @param run makes errors; theirs have no stack.
 */
export function withoutStacks<Value>(run: () => Value): Value {
  const { stackTraceLimit } = Error;
  Error.stackTraceLimit = 0;
  try {
    return run();
  } finally {
    Error.stackTraceLimit = stackTraceLimit;
  }
}
