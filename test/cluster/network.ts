/**
 * Hosts of a test, each with a network namespace, an address and a host name of its own, on one bridge. Only the
 * superuser of Linux can make them.
 */
import { ownHosts } from '../support/loopback/other_hosts.ts';

/** The addresses of the hosts are in it; the bridge has the last one. */
const SUBNET = '10.77.0';

export interface Host {
  name: string;
  address: string;
  /** Runs the command that follows on the host. */
  prefix: string[];
  /** Cuts its network: nothing arrives, and nothing is refused. */
  cut(): void;
  heal(): void;
}

export class Network {
  /** The range of all hosts, for PostgreSQL's access rules. */
  readonly range = `${SUBNET}.0/24`;
  /** Where this process can be reached by the hosts. */
  readonly gateway = `${SUBNET}.254`;
  readonly #id = `x${process.pid.toString(36)}`;
  readonly #hosts: string[] = [];

  /** Undefined where namespaces are not allowed, or another process has made a network. */
  static create(): Network | undefined {
    if (process.platform !== 'linux' || process.getuid?.() !== 0) return undefined;
    if (!Bun.which('ip') || !Bun.which('unshare')) return undefined;
    const network = new Network();
    try {
      network.#makeBridge();
      return network;
    } catch {
      network.remove();
      return undefined;
    }
  }

  addHost(name: string): Host {
    const number = this.#hosts.length + 1;
    const [namespace, outside] = [`${this.#id}-${number}`, `${this.#id}v${number}`];
    const address = `${SUBNET}.${number}`;
    ip('netns', 'add', namespace);
    this.#hosts.push(namespace);
    ownHosts.add(address);
    ip('link', 'add', outside, 'type', 'veth', 'peer', 'name', 'eth0', 'netns', namespace);
    ip('link', 'set', outside, 'master', this.#bridge, 'up');
    const inside = (...words: string[]) => ip('-n', namespace, ...words);
    inside('link', 'set', 'lo', 'up');
    inside('addr', 'add', `${address}/24`, 'dev', 'eth0');
    inside('link', 'set', 'eth0', 'up');
    const named = ['unshare', '--uts', 'sh', '-c', `hostname ${name} && exec "$@"`, 'sh'];
    return {
      name,
      address,
      prefix: ['ip', 'netns', 'exec', namespace, ...named],
      cut: () => ip('link', 'set', outside, 'nomaster'),
      heal: () => ip('link', 'set', outside, 'master', this.#bridge),
    };
  }

  /** Its hosts' processes have ended. */
  remove(): void {
    for (const namespace of this.#hosts.splice(0)) Bun.spawnSync(['ip', 'netns', 'del', namespace]);
    Bun.spawnSync(['ip', 'link', 'del', this.#bridge], { stderr: 'ignore' });
  }

  get #bridge(): string {
    return `${this.#id}br`;
  }

  #makeBridge(): void {
    const routes = Bun.spawnSync(['ip', '-o', 'addr']).stdout.toString();
    if (routes.includes(` ${SUBNET}.`)) throw new Error('There is such a network already.');
    ip('link', 'add', this.#bridge, 'type', 'bridge');
    ip('addr', 'add', `${this.gateway}/24`, 'dev', this.#bridge);
    ip('link', 'set', this.#bridge, 'up');
  }
}

function ip(...words: string[]): void {
  const { exitCode, stderr } = Bun.spawnSync(['ip', ...words]);
  if (exitCode !== 0) throw new Error(`ip ${words.join(' ')}: ${stderr}`);
}
