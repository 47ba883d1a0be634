// Lets inotify watchers know: a FUSE file system cannot tell the kernel that a directory came into being, so nscope makes
// and removes it through its own mount, as mkdir(2) and rmdir(2), and answers its own request. inotify(7), fanotify(7)
import { mkdir, rmdir } from 'node:fs/promises';
import { join } from 'node:path';
import { isSyscallError } from '../kernel/syscall-error.ts';
import type { DirectoryNode } from './tree-node.ts';

/** A directory that came or went. */
export interface Announcement {
  readonly kind: 'created' | 'ended';
  /** Names from the root on. */
  readonly path: readonly string[];
  /** The node number of the directory that it lies in. */
  readonly parentId: number;
  readonly node: DirectoryNode;
}

/** More than these wait only where namespaces come faster than directories are made; then watchers miss some. */
const mostWaiting = 20_000;
const mostAttempts = 10;
const retryMs = 10;

export class Announcer {
  readonly #directory: string;
  readonly #expect: (announcement: Announcement | undefined) => void;
  /** By key, in the order in which they came. */
  readonly #waiting = new Map<string, Announcement>();
  #isRunning = false;
  #isClosed = false;

  /** @param expect - told what is to be let through, before it is done, and undefined behind it */
  constructor(directory: string, expect: (announcement: Announcement | undefined) => void) {
    this.#directory = directory;
    this.#expect = expect;
  }

  add(announcements: readonly Announcement[]): void {
    for (const announcement of announcements) {
      const { key } = announcement.node;
      // What came and went before anybody was told is not told.
      if (announcement.kind === 'ended' && this.#waiting.get(key)?.kind === 'created') this.#waiting.delete(key);
      else if (this.#waiting.size < mostWaiting) this.#waiting.set(key, announcement);
    }
    if (!this.#isRunning) void this.#run();
  }

  close(): void {
    this.#isClosed = true;
  }

  async #run(): Promise<void> {
    this.#isRunning = true;
    for (const [key, announcement] of this.#waiting) {
      this.#waiting.delete(key);
      if (this.#isClosed) break;
      this.#expect(announcement);
      await this.#carryOut(announcement);
      this.#expect(undefined);
    }
    this.#isRunning = false;
  }

  async #carryOut({ kind, path }: Announcement): Promise<void> {
    const target = join(this.#directory, ...path);
    for (let i = 0; i < mostAttempts; i++) {
      try {
        await (kind === 'created' ? mkdir(target) : rmdir(target));
        return;
      } catch (error) {
        if (!isSyscallError(error)) throw error;
        // EDEADLK: a snapshot was being taken. Anything else: it is there or gone already, or it was unmounted.
        if (error.code !== 'EDEADLK') return;
        await new Promise((resolve) => setTimeout(resolve, retryMs));
      }
    }
  }
}
