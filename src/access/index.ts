export { type Access, createAccess } from './access.ts';
export { TooManyGuesses } from './guesses.ts';
export { SESSION_SECONDS, type Sessions } from './sessions.ts';
