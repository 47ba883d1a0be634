// From where nscope is asked about the world, and what it may be expected to see there.
import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import type { Readable, Writable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import type { Snapshot } from '../../src/model/snapshot/schema.ts';
import { validateSnapshot } from '../../src/model/snapshot/validate-snapshot.ts';
import type { Sight } from '../hiding/expectations.ts';
import { sightOfKernel } from '../hiding/expectations.ts';
import { asNobody } from '../kernel/detect/settings.ts';

export interface Vantage {
  readonly name: string;
  readonly prefix: readonly string[];
  readonly bpf: boolean;
  /** What is found of all; `nobody`: what the ordinary user's own workers show; undefined: nothing need be. */
  readonly sight: Sight | 'nobody' | undefined;
  /** Whether PIDs and uids there are those of the world. */
  readonly hostNumbers: boolean;
  /** Whether every holder that the sight can show must be named. */
  readonly allHolders: boolean;
}

const root = sightOfKernel();

export const vantages: readonly Vantage[] = [
  { name: 'root with BPF', prefix: [], bpf: true, sight: root, hostNumbers: true, allHolders: true },
  { name: 'root --no-bpf', prefix: [], bpf: false, sight: 'proc', hostNumbers: true, allHolders: true },
  {
    name: 'root in a child pid namespace',
    prefix: ['unshare', '-mpf', '--mount-proc', '--kill-child'],
    bpf: true,
    sight: root === 'lists' ? 'lists' : undefined,
    hostNumbers: false,
    allHolders: false,
  },
  {
    name: 'root of a child user namespace',
    prefix: ['unshare', '-Ur'],
    bpf: true,
    sight: undefined,
    hostNumbers: false,
    allHolders: false,
  },
  { name: 'ordinary user', prefix: asNobody, bpf: true, sight: 'nobody', hostNumbers: true, allHolders: false },
];

/** nscope at a vantage, which takes a snapshot whenever it is asked. */
export class Observer {
  readonly vantage: Vantage;
  readonly #child: ChildProcessByStdio<Writable, Readable, null>;
  readonly #lines: AsyncIterator<string>;

  constructor(vantage: Vantage) {
    this.vantage = vantage;
    const ask = fileURLToPath(new URL('./ask.js', import.meta.url));
    const [command = '', ...words] = [...vantage.prefix, process.execPath, ...process.execArgv, ask];
    this.#child = spawn(command, words, { stdio: ['pipe', 'pipe', 'inherit'] });
    this.#lines = createInterface({ input: this.#child.stdout })[Symbol.asyncIterator]();
  }

  /** @throws Error when nscope ended there */
  async takeSnapshot(): Promise<Snapshot> {
    this.#child.stdin.write(this.vantage.bpf ? 'bpf\n' : 'plain\n');
    const { value, done } = await this.#lines.next();
    if (done) throw new Error(`${this.vantage.name}: no snapshot`);
    return validateSnapshot(JSON.parse(value));
  }

  async end(): Promise<void> {
    const exit = once(this.#child, 'exit');
    this.#child.stdin.end();
    await exit;
  }
}
