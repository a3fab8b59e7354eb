import { expect, test } from 'bun:test';
import { unreachableWords } from '../../src/sources/unreachable.ts';

const coded = (code: string) => Object.assign(new Error('failed'), { code });

test.each<[Error, string]>([
  [coded('ENOTFOUND'), 'its name is not known. Is this machine online?'],
  [
    new Error('getaddrinfo EAI_AGAIN api.example'),
    'its name is not known. Is this machine online?',
  ],
  [coded('ENETUNREACH'), 'there is no way to it. Is this machine online?'],
  [coded('ConnectionRefused'), 'it refuses the connection.'],
  [new Error('wrapped', { cause: coded('ECONNREFUSED') }), 'it refuses the connection.'],
  [coded('ECONNRESET'), 'the connection was closed.'],
  [coded('DEPTH_ZERO_SELF_SIGNED_CERT'), 'its certificate is not accepted.'],
  [new Error('odd'), 'the connection failed.'],
])('error %# is said for people', (error, words) => {
  expect(unreachableWords('Bluesky', 'https://api.example/xrpc', error)).toBe(
    `Bluesky (api.example) cannot be reached: ${words}`,
  );
});
