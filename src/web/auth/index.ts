export { type Access, createAccess, type Role } from './access.ts';
export { TooManyAttempts } from './login_throttle.ts';
export { SIGN_IN_SECONDS, type SignIns } from './sign_ins.ts';
