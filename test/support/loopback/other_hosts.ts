/** Whether other hosts may be reached: only to fetch what the tests need, such as the model. */
export const otherHosts = { allowed: false };

/** Runs `work`, which may reach other hosts. */
export async function withOtherHosts<Result>(work: () => Promise<Result>): Promise<Result> {
  otherHosts.allowed = true;
  try {
    return await work();
  } finally {
    otherHosts.allowed = false;
  }
}

/** The addresses of hosts that the test has made itself, in network namespaces of this machine. */
export const ownHosts = new Set<string>();
