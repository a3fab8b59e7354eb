import { randomUUID } from 'node:crypto';
import { AuthRequiredError, InvalidRequestError } from '@atproto/xrpc-server';
import type { Account, World } from './world.ts';

interface Tokens {
  account: Account;
  access: string;
  refresh: string;
  hasExpired?: boolean;
}

/** Sessions as a personal data server keeps them: a refresh replaces both tokens. */
export class Logins {
  /** How many there were. */
  created = 0;
  refreshed = 0;
  #tokens: Tokens[] = [];

  constructor(
    private readonly world: World,
    /** The server that the identity document names. */
    private readonly url: () => string,
  ) {}

  create({ identifier, password }: { identifier: string; password: string }) {
    this.created++;
    const account = this.world.find(identifier);
    if (account?.status === 'suspended') {
      throw new InvalidRequestError('Account has been taken down', 'AccountTakedown');
    }
    if (!account || account.password !== password) {
      throw new AuthRequiredError('Invalid identifier or password');
    }
    return this.#session(account);
  }

  refresh(authorization: string | undefined) {
    const tokens = this.#tokens.find(({ refresh }) => authorization === `Bearer ${refresh}`);
    if (!tokens) throw new InvalidRequestError('Token has been revoked', 'ExpiredToken');
    this.#tokens = this.#tokens.filter((other) => other !== tokens);
    this.refreshed++;
    return this.#session(tokens.account);
  }

  /** @throws as the server does without a token, or with one that does not hold. */
  accountOf(authorization: string | undefined): Account {
    if (authorization === undefined) throw new AuthRequiredError('Authentication Required');
    const tokens = this.#tokens.find(({ access }) => authorization === `Bearer ${access}`);
    if (!tokens) throw new InvalidRequestError('Token could not be verified', 'InvalidToken');
    if (tokens.hasExpired) throw new InvalidRequestError('Token has expired', 'ExpiredToken');
    return tokens.account;
  }

  /** From now on only a refresh helps. */
  expireAccess(): void {
    for (const tokens of this.#tokens) tokens.hasExpired = true;
  }

  /** Only a login helps. */
  revokeAll(): void {
    this.#tokens = [];
  }

  #session(account: Account) {
    const access = `access-${randomUUID()}`;
    const refresh = `refresh-${randomUUID()}`;
    this.#tokens.push({ account, access, refresh });
    const pds = {
      id: '#atproto_pds',
      type: 'AtprotoPersonalDataServer',
      serviceEndpoint: this.url(),
    };
    return {
      accessJwt: access,
      refreshJwt: refresh,
      handle: account.handle,
      did: account.did,
      didDoc: { id: account.did, service: [pds] },
      active: true,
    };
  }
}
