// The mounts and links of the namespaces that a stream was asked for, beside the events of namespaces themselves.
import { requireAddon } from '../../kernel/addon/require-addon.ts';
import { readIdentity } from '../../kernel/files/files.ts';
import { Readiness } from '../../kernel/own/readiness.ts';
import { toEventProcess } from '../../model/live/compare-states.ts';
import type { EventDraft, EventProcess, StateElement } from '../../model/live/events.ts';
import type { LiveState } from '../../model/live/live-state.ts';
import { isKnown } from '../../model/snapshot/known.ts';
import type { WatchOptions } from '../events/watch-options.ts';
import type { Clock } from '../snapshots/clock.ts';
import type { ContentsHost } from './contents-host.ts';
import { LinkSockets, LinkWatch } from './link-watch.ts';
import { MountWatch } from './mount-watch.ts';

/** So many mount namespaces, and so many network namespaces: a user has 128 groups of fanotify(7), also for others. */
export const maxContents = 32;

/** Processes that ended are remembered, whose mounts are told of a moment later. */
const maxEnded = 256;

interface Watched {
  readonly state: LiveState;
  readonly clock: Clock;
  /** Tells at once what waits in the source of events. */
  catchUp(): void;
  emit(event: EventDraft): void;
}

/**
 * Whether mounts or links are asked for.
 * @throws TypeError for what is no list of inodes, RangeError for more namespaces than may be watched
 */
export function wantsContents({ mounts = [], links = [] }: WatchOptions): boolean {
  for (const [name, inodes] of Object.entries<unknown>({ mounts, links })) {
    if (!Array.isArray(inodes))
      throw new TypeError(`${name}: a list of inode numbers is wanted, not ${String(inodes)}`);
    const wrong = inodes.find((inode) => !Number.isSafeInteger(inode) || inode <= 0);
    if (wrong !== undefined) throw new TypeError(`${name}: ${String(wrong)} is no inode number`);
    const { size } = new Set(inodes);
    if (size > maxContents) throw new RangeError(`${name}: at most ${maxContents} namespaces, not ${size}`);
  }
  return mounts.length + links.length > 0;
}

export class Contents {
  readonly #mountInodes: readonly number[];
  readonly #linkInodes: readonly number[];
  readonly #own = { mnt: readOwn('mnt'), net: readOwn('net') };
  readonly #readiness: Readiness;
  readonly #sockets: LinkSockets;
  readonly #ended = new Map<number, EventProcess>();
  #mounts: readonly MountWatch[] = [];
  #links: LinkWatch | undefined;

  /**
   * To be made before the state of the host is read: what is opened here is part of that.
   * @throws AddonMissingError
   */
  constructor({ mounts = [], links = [] }: WatchOptions) {
    this.#mountInodes = [...new Set(mounts)];
    this.#linkInodes = [...new Set(links)];
    this.#readiness = new Readiness(requireAddon());
    this.#sockets = new LinkSockets(this.#linkInodes, this.#own.net);
  }

  start(watched: Watched): void {
    const host: ContentsHost = {
      ...watched,
      readiness: this.#readiness,
      own: this.#own,
      findProcess: (pid) => this.#findProcess(pid, watched),
    };
    const { state } = watched;
    this.#mounts = this.#mountInodes.map((inode) => new MountWatch(state.find('mnt', inode), host));
    const networks = this.#linkInodes.map((inode) => state.find('net', inode));
    this.#links = new LinkWatch(networks, this.#sockets, host);
  }

  /** An event of a namespace or a process, before anybody else is told of it. */
  note(event: EventDraft): void {
    if (event.event === 'exit') this.#noteEnd(event.process);
    else if (event.event === 'left') this.#noteLeft(event.namespace.inode, event.process);
    else if (event.event === 'created' && event.namespace.type === 'net') this.#links?.came();
    else if (event.event === 'destroyed') this.#noteDestroyed(event.namespace);
  }

  describe(): Pick<StateElement, 'mounts' | 'links'> {
    this.#drain();
    return {
      ...(this.#mountInodes.length > 0 ? { mounts: this.#mounts.map((watch) => watch.describe()) } : {}),
      ...(this.#linkInodes.length > 0 ? { links: this.#links?.describe() ?? [] } : {}),
    };
  }

  close(): void {
    for (const watch of this.#mounts) watch.close();
    this.#links?.close();
    this.#sockets.close();
    this.#readiness.close();
  }

  #drain(): void {
    for (const watch of this.#mounts) watch.drain();
    this.#links?.drain();
  }

  #noteEnd(process: EventProcess): void {
    if (this.#mountInodes.length === 0) return;
    for (const watch of this.#mounts) watch.left(process.tid);
    this.#ended.delete(process.pid);
    this.#ended.set(process.pid, process);
    const [oldest] = this.#ended.keys();
    if (this.#ended.size > maxEnded && oldest !== undefined) this.#ended.delete(oldest);
  }

  #noteLeft(inode: number, { tid }: EventProcess): void {
    for (const watch of this.#mounts) if (watch.inode === inode) watch.left(tid);
  }

  #noteDestroyed({ type, inode }: { readonly type: string; readonly inode: number }): void {
    if (type === 'net') {
      this.#links?.drain();
      this.#links?.ended(inode);
    } else if (type === 'mnt') {
      for (const watch of this.#mounts) if (watch.inode === inode) watch.end();
      this.#mounts = this.#mounts.filter((watch) => watch.inode !== inode);
    }
  }

  #findProcess(pid: number, { state, catchUp }: Watched): EventProcess | null {
    if (pid === 0) return null;
    if (!state.tasks.has(pid)) catchUp();
    const task = state.tasks.get(pid);
    return task ? toEventProcess(task) : (this.#ended.get(pid) ?? null);
  }
}

function readOwn(type: 'mnt' | 'net'): number | undefined {
  const found = readIdentity(`/proc/self/ns/${type}`);
  return isKnown(found) ? found.inode : undefined;
}
