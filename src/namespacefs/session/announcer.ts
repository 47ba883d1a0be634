// Lets inotify watchers know: a FUSE file system cannot tell the kernel that a directory came into being, so nscope makes
// and removes it through its own mount, as mkdir(2) and rmdir(2), and answers its own request. inotify(7), fanotify(7)
import { mkdir, rmdir } from 'node:fs/promises';
import { join } from 'node:path';
import { isSyscallError } from '../../kernel/addon/syscall-error.ts';
import { toPath } from '../../kernel/files/files.ts';
import type { DirectoryNode } from '../tree/tree-node.ts';

/** A directory that came or went. */
export interface Announcement {
  readonly kind: 'created' | 'destroyed';
  /** Names from the root on. */
  readonly path: readonly string[];
  /** The node number of the directory that it lies in. */
  readonly parentId: number;
  readonly node: DirectoryNode;
  /** Whether the kernel may have it in its cache. */
  readonly isKnown: boolean;
}

interface AnnouncerHost {
  /** Told what is to be let through, before it is done, and undefined behind it. */
  expect(announcement: Announcement | undefined): void;
  /** Makes the kernel ask anew for a name that it has in its cache. */
  forget(announcement: Announcement): Promise<void>;
}

/** More than these wait only where namespaces come faster than directories are made; then watchers miss some. */
const maxWaiting = 20_000;
const maxAttempts = 10;
const retryMs = 10;

export class Announcer {
  readonly #directory: string;
  readonly #host: AnnouncerHost;
  /** By key, in the order in which they came. */
  readonly #waiting = new Map<string, Announcement>();
  #isRunning = false;
  #isClosed = false;

  constructor(directory: string, host: AnnouncerHost) {
    this.#directory = directory;
    this.#host = host;
  }

  add(announcements: readonly Announcement[]): void {
    for (const announcement of announcements) {
      const { key } = announcement.node;
      const wasTold = announcement.kind === 'created' || this.#waiting.get(key)?.kind !== 'created';
      // What came and went before anybody was told, or looked, is not told.
      if (!wasTold && !announcement.isKnown) this.#waiting.delete(key);
      else if (this.#waiting.size < maxWaiting) this.#waiting.set(key, announcement);
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
      this.#host.expect(announcement);
      await this.#carryOut(announcement);
      this.#host.expect(undefined);
    }
    this.#isRunning = false;
  }

  async #carryOut(announcement: Announcement): Promise<void> {
    const { kind, path } = announcement;
    const target = toPath(join(this.#directory, ...path));
    for (let i = 0; i < maxAttempts; i++) {
      try {
        await (kind === 'created' ? mkdir(target) : rmdir(target));
        return;
      } catch (error) {
        if (!isSyscallError(error)) throw error;
        // EDEADLK: a snapshot was being taken. ENOENT: it is gone already, or it was unmounted.
        if (error.code === 'EDEADLK') await new Promise((resolve) => setTimeout(resolve, retryMs));
        else if (error.code === 'ENOENT' || error.code === 'ENOTCONN') return;
        // Somebody has looked already: the kernel would make nothing that is there, and keep what is not.
        else await this.#host.forget(announcement);
      }
    }
  }
}
