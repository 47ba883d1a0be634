// The mounts of one mount namespace as they come and go: by fanotify(7) where it is permitted, else by poll(2), else by
// comparison.
import { attempt } from '../../kernel/files/files.ts';
import { closeNamespace } from '../../kernel/nsfs/nsfs.ts';
import type { EventNamespace } from '../../model/live/events.ts';
import type { WatchedMounts } from '../../model/live/watched-contents.ts';
import { isKnown, type Known } from '../../model/snapshot/known.ts';
import type { ContentsHost } from './contents-host.ts';
import { explainRefusal } from './explain-refusal.ts';
import { openByAnyWay } from './find-ways.ts';
import { MountMarks } from './mount-marks.ts';
import { MountPolls } from './mount-polls.ts';
import { MountTable } from './mount-table.ts';

export class MountWatch {
  readonly #table: MountTable;
  readonly #refused: string[] = [];
  #way: MountMarks | MountPolls | undefined;

  constructor(namespace: EventNamespace, host: ContentsHost) {
    this.#table = new MountTable(namespace, host);
    const marks = this.#openMarks(host);
    if (isKnown(marks)) this.#way = marks;
    else {
      this.#refused.push(`fanotify: ${explainRefusal(marks)}`);
      this.#way = new MountPolls(this.#table, host);
    }
    // What happens from now on waits: the reading finds some of it, which is then no event.
    const read = this.#table.read(true);
    if (isKnown(read) || this.#way instanceof MountMarks) return;
    this.#refused.push(`mountinfo: ${explainRefusal(read)}`);
    this.#way.close();
    this.#way = undefined;
  }

  get inode(): number {
    return this.#table.namespace.inode;
  }

  describe(): WatchedMounts {
    const via = this.#nameWay();
    return {
      inode: this.inode,
      via,
      mounts: this.#table.mounts,
      cannotSee: unseen[via],
      refused: this.#refused,
    };
  }

  /** Tells of all that waits. */
  drain(): void {
    this.#way?.drain();
  }

  /** A process has ended, or has left the mount namespace. */
  left(pid: number): void {
    if (this.#way instanceof MountPolls) this.#way.left(pid);
  }

  /** The mount namespace has ended. */
  end(): void {
    this.#way?.drain();
    this.close();
    this.#table.end();
  }

  close(): void {
    this.#way?.close();
    this.#way = undefined;
  }

  #openMarks(host: ContentsHost): Known<MountMarks> {
    const open = openByAnyWay(host.state, this.#table.namespace, host.own);
    if (!isKnown(open)) return open;
    try {
      return attempt(() => new MountMarks(this.#table, open, host));
    } finally {
      closeNamespace(open);
    }
  }

  #nameWay(): WatchedMounts['via'] {
    if (this.#way instanceof MountMarks) return 'fanotify';
    if (!this.#way) return 'none';
    return this.#way.isTold ? 'mountinfo' : 'comparison';
  }
}

const unseen: Readonly<Record<WatchedMounts['via'], readonly string[]>> = {
  fanotify: [
    'a change of the options or the propagation of a mount, before the same mount is moved',
    'what a mount was that had gone before it could be read: its id alone is told',
  ],
  mountinfo: [
    'a mount that comes and goes between two readings, which follow a change within 10 ms or ten times the length of a reading',
    'a change of propagation alone, before the next change of another kind',
    'who did it',
  ],
  comparison: [
    'a mount that comes and goes within 5 seconds',
    'the moment: it is that of the comparison',
    'who did it',
  ],
  none: [],
};
