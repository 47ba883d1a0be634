// Mounts namespacefs at a directory and serves it until it is unmounted.
import { collectSnapshot } from '../../collect/collect.ts';
import { attempt, closeDescriptor } from '../../kernel/files/files.ts';
import {
  FuseDevice,
  isOwnThread,
  mountFuse,
  mountWithFusermount,
  unmountFuse,
  unmountWithFusermount,
} from '../../kernel/mounts/fuse.ts';
import { lookAtNamespaceFile } from '../../kernel/nsfs/namespace-files.ts';
import { openFound } from '../../kernel/nsfs/open-namespace.ts';
import { findOwnPid } from '../../kernel/own/host.ts';
import { readPrimaryGroups } from '../../kernel/own/users.ts';
import { isKnown } from '../../model/snapshot/known.ts';
import { type Wanted, wantListing } from '../../model/snapshot/wanted.ts';
import { notifyCode } from '../../parse/fuse/protocol.ts';
import { formatFuseInvalidateEntry } from '../../parse/fuse/reply.ts';
import { openLiveFeed } from '../feed/live-feed.ts';
import { hashNamespaces } from '../feed/namespace-hash.ts';
import { PollingFeed } from '../feed/polling-feed.ts';
import type { SnapshotFeed } from '../feed/snapshot-feed.ts';
import { Announcer } from '../session/announcer.ts';
import { Session } from '../session/session.ts';
import { findId } from '../tree/entrances.ts';
import { HostFiles } from '../tree/host-files.ts';
import type { TreeOptions } from '../tree/tree.ts';
import type { EntranceNode } from '../tree/tree-node.ts';
import { MountRefusedError, prepareMountPoint } from './mount-point.ts';

interface MountOptions {
  /** Through mount(2), for all users; else through fusermount3, for the caller alone. */
  readonly asRoot: boolean;
  readonly bpf: boolean;
  log(text: string): void;
}

interface MountedNamespacefs {
  /** Resolves when it is no longer mounted. */
  readonly ended: Promise<void>;
  /** Unmounts, also while it is in use: whoever still reads gets ENOTCONN. @throws SyscallError or FusermountError, and ends all the same */
  unmount(): void;
}

/** How long a namespace that nothing leads to is kept open for whoever follows its link. */
const keepMs = 10_000;

/**
 * @param directory - absolute
 * @throws MountRefusedError with a sentence
 */
export function mountNamespacefs(directory: string, options: MountOptions): MountedNamespacefs {
  prepareMountPoint(directory, options.asRoot);
  let device: FuseDevice | undefined;
  const guard = <T>(read: () => T) => (device ? device.refusingOwn(read) : read());
  const feed = (options.bpf ? openLiveFeed(options.log) : undefined) ?? openPollingFeed(options, guard);
  const hostFiles = new HostFiles();
  const entrances = new Entrances();
  const announcer = new Announcer(directory, {
    expect: (announcement) => session.expect(announcement),
    forget: async ({ parentId, path }) => {
      await device?.notify(formatFuseInvalidateEntry(notifyCode.invalidateEntry, parentId, path.at(-1) ?? ''));
    },
  });
  const treeOptions: TreeOptions = {
    groups: readPrimaryGroups(),
    readText: (namespace, file, index) => guard(() => hostFiles.read(namespace, file, index)),
  };
  const session: Session = new Session(feed, treeOptions, {
    reply: (bytes) => device?.reply(bytes),
    findEntrance: (entrance) => guard(() => entrances.find(entrance)),
    log: options.log,
    now: Date.now,
    announce: (announcements) => announcer.add(announcements),
    isOwnThread,
  });
  let fd: number;
  try {
    fd = options.asRoot ? mountFuse(directory) : mountWithFusermount(directory);
  } catch (error) {
    session.close();
    feed.close();
    throw MountRefusedError.from(error, directory);
  }
  let finish = () => {};
  const ended = new Promise<void>((resolve) => {
    let isMounted = true;
    finish = () => {
      if (!isMounted) return;
      isMounted = false;
      announcer.close();
      session.close();
      feed.close();
      entrances.close();
      device?.close();
      resolve();
    };
    device = new FuseDevice(
      fd,
      (request) => session.handle(request),
      (errno) => {
        if (errno !== 'ENODEV') options.log(`the connection to the kernel ended: ${errno}`);
        finish();
      },
    );
  });
  const unmount = () => {
    try {
      // Lazily, since somebody may be in it: for whoever still is, the connection ends.
      if (options.asRoot) unmountFuse(directory, true);
      else unmountWithFusermount(directory, true);
    } finally {
      finish();
    }
  };
  return { ended, unmount };
}

/** Where no events tell of every namespace. */
function openPollingFeed({ bpf, log }: MountOptions, guard: <T>(read: () => T) => T): SnapshotFeed {
  const wanted: Wanted = { ...wantListing, commandLines: 'none', workloads: true, bpf };
  const collect = () => guard(() => collectSnapshot(wanted));
  return new PollingFeed({ collect, probe: bpf ? hashNamespaces : () => undefined, log });
}

/** Where the links named ns lead, verified when they are read. */
class Entrances {
  readonly #kept = new Map<string, { readonly fd: number; readonly timer: NodeJS.Timeout }>();

  find({ key, namespace, candidates }: EntranceNode): string | undefined {
    const { type, inode } = namespace;
    for (const path of candidates) {
      const identity = attempt(() => lookAtNamespaceFile(path));
      if (isKnown(identity) && identity.inode === inode) return path;
    }
    const kept = this.#kept.get(key);
    if (kept) return pathOf(kept.fd);
    const open = openFound({ type, inode, paths: [], id: findId(namespace) });
    if (!isKnown(open)) return undefined;
    const timer = setTimeout(() => this.#release(key), keepMs);
    timer.unref();
    this.#kept.set(key, { fd: open.fd, timer });
    return pathOf(open.fd);
  }

  close(): void {
    for (const key of [...this.#kept.keys()]) this.#release(key);
  }

  #release(key: string): void {
    const kept = this.#kept.get(key);
    if (!kept) return;
    clearTimeout(kept.timer);
    this.#kept.delete(key);
    attempt(() => closeDescriptor(kept.fd));
  }
}

function pathOf(fd: number): string {
  return `/proc/${findOwnPid() ?? process.pid}/fd/${fd}`;
}
