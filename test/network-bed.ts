// Network namespaces of ip netns for a test, with names of their own, and all gone afterwards.
import { execFileSync, spawnSync } from 'node:child_process';
import { statSync } from 'node:fs';

export interface BedNetwork {
  readonly name: string;
  readonly inode: number;
}

export class NetworkBed {
  readonly #prefix: string;
  readonly #names = new Set<string>();

  constructor(word: string) {
    this.#prefix = `${word}${process.pid}-`;
  }

  add(short: string): BedNetwork {
    const name = this.nameOf(short);
    execFileSync('ip', ['netns', 'add', name]);
    this.#names.add(name);
    return { name, inode: statSync(`/run/netns/${name}`).ino };
  }

  nameOf(short: string): string {
    return `${this.#prefix}${short}`;
  }

  /** Runs ip inside of it. @returns its standard output */
  ip(short: string, ...words: readonly string[]): string {
    return execFileSync('ip', ['-n', this.nameOf(short), ...words], { encoding: 'utf8' });
  }

  remove(short: string): void {
    this.#names.delete(this.nameOf(short));
    execFileSync('ip', ['netns', 'del', this.nameOf(short)]);
  }

  /** Removes what a test has not removed itself. */
  end(): void {
    for (const name of this.#names) spawnSync('ip', ['netns', 'del', name], { stdio: 'ignore' });
  }
}

/** Whether this kernel makes links of a kind: it says otherwise that it does not know the kind. */
export function canMake(kind: string): boolean {
  const tried = spawnSync('unshare', ['--net', 'ip', 'link', 'add', 'name', 'try0', 'type', kind], {
    encoding: 'utf8',
  });
  return !/Unknown device type|not supported/.test(tried.stderr);
}
