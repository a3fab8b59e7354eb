import type { Connection, ConnectionMethod } from '../connection.ts';
import { handleIn } from './handle.ts';
import type { Service } from './requests.ts';

const DEFAULT_SERVER = 'https://bsky.social';
const EMAIL = /^[^\s@]+@[^\s@]+\.[^\s@]+$/;
const APP_PASSWORD = /^[a-z0-9]{4}(?:-[a-z0-9]{4}){3}$/i;
const LOOPBACK = /^(?:localhost|127(?:\.\d+){3}|\[::1\])$/;

const APP_PASSWORD_METHOD: ConnectionMethod = {
  name: 'app_password',
  label: 'App password',
  help: 'Make one in Bluesky under Settings → Privacy and security → App passwords. It lets xgpt search for posts, and read accounts that are shown to signed-in people only.',
  fields: [
    {
      name: 'identifier',
      label: 'Handle or email address',
      help: 'For example ada.bsky.social.',
      secret: false,
      problem: (value) =>
        EMAIL.test(value.trim()) || handleIn(value) !== undefined
          ? undefined
          : 'Handle or email address: a handle contains a dot, for example ada.bsky.social.',
    },
    {
      name: 'password',
      label: 'App password',
      help: 'Four groups of four characters. Do not use the password of the account.',
      secret: true,
      problem: (value) =>
        APP_PASSWORD.test(value.trim())
          ? undefined
          : 'An app password has four groups of four letters or digits: xxxx-xxxx-xxxx-xxxx.',
    },
    {
      name: 'server',
      label: 'Server',
      help: 'Only for accounts that are not on bsky.social.',
      secret: false,
      default: DEFAULT_SERVER,
      problem: serverProblem,
    },
  ],
};

export function connectionOf(service: Service): Connection {
  return {
    methods: [APP_PASSWORD_METHOD],
    without: 'Posts of public accounts, and profiles',
    async test(signal, credentials = service.live.credentials) {
      const { testAccount, testPublic } = await import('./account.ts');
      if (!(await credentials.read('bluesky'))) return testPublic(service, signal);
      return testAccount({ ...service, live: { ...service.live, credentials } }, signal);
    },
  };
}

/** The password is sent there: over TLS, unless the server is on this machine. */
function serverProblem(value: string): string | undefined {
  const url = URL.parse(value.trim());
  if (url?.protocol === 'https:') return undefined;
  if (url?.protocol === 'http:' && LOOPBACK.test(url.hostname)) return undefined;
  return `Type the whole address, for example ${DEFAULT_SERVER}.`;
}
