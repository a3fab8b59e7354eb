/** The user of the machine that runs this process; undefined when the system does not name it. */
export function userName(): string | undefined {
  try {
    return process.getBuiltinModule('node:os').userInfo().username || undefined;
  } catch {
    // A container may run under a number without a name.
    return process.env.USER || undefined;
  }
}
