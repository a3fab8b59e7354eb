interface Admission {
  until: AbortSignal;
  session: string | undefined;
}

const admissions = new WeakMap<Request, Admission>();

/**
 * Lets a request in: from now on its sender may see what is here.
 * @param until aborts when that ends, and streams with it.
 * @param session the id of the browser's session that it came by, if it did.
 */
export function admit(request: Request, until: AbortSignal, session?: string): void {
  admissions.set(request, { until, session });
}

/** Whether its sender may see what is here. */
export function isAdmitted(request: Request): boolean {
  return admissions.has(request);
}

/** Aborts when the sender may no longer see what is here, which for one who never could is now. */
export function admittedUntil(request: Request): AbortSignal {
  return admissions.get(request)?.until ?? AbortSignal.abort();
}

/** The id of the session that a browser came by; undefined for a program. */
export function sessionOf(request: Request): string | undefined {
  return admissions.get(request)?.session;
}
