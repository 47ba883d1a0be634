// What a session needs of whoever runs it.

import type { EntranceNode } from '../tree/tree-node.ts';
import type { Announcement } from './announcer.ts';

export interface SessionHost {
  /** @returns the errno's name where the kernel did not take it */
  reply(bytes: Uint8Array): string | undefined;
  /** A path that leads to the namespace right now, or undefined. */
  findEntrance(entrance: EntranceNode): string | undefined;
  log(text: string): void;
  /** ms since 1970. */
  now(): number;
  /** Told of directories that came or went, where the kernel knows the one that they lie in. */
  announce?(announcements: readonly Announcement[]): void;
  /** Whether a thread is one of nscope's own. */
  isOwnThread?(tid: number): boolean;
}
