// Mounts of lines of mountinfo that a test writes.
import { describeLines, MountWordCache, splitMountinfo } from '../../src/kernel/mounts/mount-lines.ts';
import type { Mount } from '../../src/model/snapshot/schema.ts';

export function readMountLines(text: string): Mount[] {
  return describeLines(splitMountinfo(Buffer.from(text), new MountWordCache()), undefined, false);
}
