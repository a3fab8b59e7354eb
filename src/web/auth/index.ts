export { type Access, createAccess } from './access.ts';
export { TooManyAttempts } from './login_throttle.ts';
export { SESSION_SECONDS, type Sessions } from './sign_ins.ts';
