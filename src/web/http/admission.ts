interface Admission {
  until: AbortSignal;
  session: string | undefined;
}

/** On the request itself: a WeakMap costs the garbage collector more with every request. */
const ADMISSION = Symbol('admission');

type Admitted = Request & { [ADMISSION]?: Admission };

/**
 * Lets a request in: from now on its sender may see what is here.
 * @param until aborts when that ends, and streams with it.
 * @param session the id of the browser's session that it came by, if it did.
 */
export function admit(request: Request, until: AbortSignal, session?: string): void {
  (request as Admitted)[ADMISSION] = { until, session };
}

/** Whether its sender may see what is here. */
export function isAdmitted(request: Request): boolean {
  return (request as Admitted)[ADMISSION] !== undefined;
}

/** Aborts when the sender may no longer see what is here, which for one who never could is now. */
export function admittedUntil(request: Request): AbortSignal {
  return (request as Admitted)[ADMISSION]?.until ?? AbortSignal.abort();
}

/** The id of the session that a browser came by; undefined for a program. */
export function sessionOf(request: Request): string | undefined {
  return (request as Admitted)[ADMISSION]?.session;
}
