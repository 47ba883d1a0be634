// Tells what a source of events says of tasks and namespaces, in terms of the state: who came into which namespace, which
// are new, which have ended.

import { attempt } from '../kernel/files/files.ts';
import { describeByHandle } from '../kernel/nsfs/namespace-relations.ts';
import { readCommandLine } from '../kernel/process/command-line.ts';
import { describeBirth, describeEnd, describeMove, toEventProcess } from '../model/live/compare-states.ts';
import type { EventDraft, EventNamespace, EventProcess, EventWay } from '../model/live/events.ts';
import { equalLinks, keyOf, type LiveState, type LiveTask, listLinked } from '../model/live/live-state.ts';
import { isKnown } from '../model/snapshot/known.ts';
import { namespaceLinks, readLinkType } from '../model/snapshot/namespace-types.ts';
import type { News } from './news.ts';
import { type Moment, pickProcess, type SourceHost, type TaskNews } from './source.ts';
import { toTimestamp } from './timestamp.ts';
import { isUnreaped } from './zombies.ts';

/** Whoever keeps the state. */
export interface TellerHost extends Pick<SourceHost, 'mount' | 'lost' | 'lookSoon' | 'lookWell'> {
  readonly state: LiveState;
  readonly news: News;
  /** Applies an event and passes it on. */
  emit(event: EventDraft): void;
  /** A namespace came or went. */
  stir(): void;
}

export class Teller implements SourceHost {
  readonly #host: TellerHost;

  constructor(host: TellerHost) {
    this.#host = host;
  }

  fork(news: TaskNews, at: Moment): void {
    const when = toTimestamp(at);
    const known = this.#host.state.tasks.get(news.tid);
    if (known?.startTimeTicks === news.startTimeTicks && equalLinks(known.links, news.inodes)) return;
    const base = this.#host.state.tasks.get(news.tid === news.pid ? news.ppid : news.pid);
    const task: LiveTask = { ...pickProcess(news), links: news.inodes, entered: 0 };
    task.entered = this.#host.state.findEntered(task);
    this.#host.news.ofTask(news.tid, at);
    const ahead = base && namespaceLinks.some((_, i) => news.inodes[i] !== base.links[i]);
    if (ahead) this.#addCommand(task);
    this.#noteLinks(news, base?.links, toEventProcess(task), 'clone', at);
    const events = describeBirth(this.#host.state, task, 'clone', when);
    for (const event of events) this.#host.emit(event);
  }

  exec(news: TaskNews, before: number, at: Moment): void {
    if (before !== news.tid) {
      this.#host.state.dropTask(before);
      this.#host.news.ofTask(before, at);
    }
    const known = this.#host.state.tasks.get(news.tid);
    if (!known) this.fork(news, at);
    else {
      const { command: _, ...process } = toEventProcess(known);
      const { comm, ppid, uid } = news;
      this.#host.emit({
        event: 'moved',
        process: { ...process, comm, ppid, uid },
        links: known.links,
        at: toTimestamp(at),
      });
    }
  }

  moved(news: TaskNews, how: 'unshare' | 'setns', at: Moment): void {
    const when = toTimestamp(at);
    const base = this.#host.state.tasks.get(news.tid) ?? this.#host.state.tasks.get(news.pid);
    const task: LiveTask = {
      ...pickProcess(news),
      links: base?.links ?? news.inodes.map(() => 0),
      entered: base?.entered ?? 0,
    };
    this.#host.news.ofTask(news.tid, at);
    if (base && equalLinks(base.links, news.inodes)) return;
    this.#addCommand(task);
    this.#noteLinks(news, base?.links, toEventProcess(task), how, at);
    for (const event of describeMove(this.#host.state, this.#host.state, task, news.inodes, how, when))
      this.#host.emit(event);
    // The last one out may have left a namespace to its end.
    if (base) this.#host.lookSoon();
  }

  exit(tid: number, at: Moment): void {
    this.#host.news.ofTask(tid, at);
    const task = this.#host.state.tasks.get(tid);
    if (!task || task.isZombie) return;
    const zombie = isUnreaped(task) ? keepOfZombie(task.links) : undefined;
    for (const event of describeEnd(this.#host.state, task, 'exit', toTimestamp(at), zombie)) this.#host.emit(event);
  }

  mount(news: Omit<TaskNews, 'inodes' | 'ids'>, at: Moment): void {
    this.#host.mount(news, at);
  }

  created(namespace: EventNamespace, by: Omit<TaskNews, 'inodes' | 'ids'>, at: Moment): void {
    const task: LiveTask = { ...pickProcess(by), links: [], entered: 0 };
    if (by.pid !== process.pid) this.#addCommand(task);
    this.#note(namespace, toEventProcess(task), 'call', at);
  }

  destroyed(namespace: EventNamespace, at: Moment): void {
    const known = this.#host.state.namespaces.get(keyOf(namespace));
    if (!known || (known.id !== null && known.id !== namespace.id)) return;
    this.#host.news.ofNamespace(keyOf(known), at);
    this.#host.emit({ event: 'destroyed', namespace: known, at: toTimestamp(at) });
    this.#host.stir();
  }

  lost(count: number | null): void {
    this.#host.lost(count);
  }

  lookSoon(): void {
    this.#host.lookSoon();
  }

  lookWell(): void {
    this.#host.lookWell();
  }

  /**
   * Namespaces that were never told of are new: this task was made in them, or made them.
   * @param before - where it, or its parent, was: a user namespace is owned by the one in which its maker was
   */
  #noteLinks(
    news: TaskNews,
    before: readonly number[] | undefined,
    process: EventProcess,
    how: EventWay,
    at: Moment,
  ): void {
    for (const { type, inode, link } of listLinked(news.inodes)) {
      const id = news.ids[link] ?? null;
      const maker = type === 'user' ? before : news.inodes;
      const likely = how === 'setns' || news.isReadLate ? 0 : (maker?.[userIndex] ?? 0);
      this.#note({ type, inode, id, ...(likely === 0 ? {} : { owner: likely }) }, process, how, at);
    }
  }

  #note(namespace: EventNamespace, process: EventProcess | null, how: EventWay, at: Moment): void {
    const key = keyOf(namespace);
    const known = this.#host.state.namespaces.get(key);
    if (known && (known.id === namespace.id || known.id === null || namespace.id === null)) return;
    this.#host.news.ofNamespace(key, at);
    const when = toTimestamp(at);
    if (known) this.#host.emit({ event: 'destroyed', namespace: known, at: when });
    this.#host.emit({ event: 'created', namespace: addOwner(namespace), how, process, at: when });
    this.#host.stir();
  }

  #addCommand(task: LiveTask): void {
    const command = readCommandLine(task.pid);
    if (command !== undefined) task.command = command;
  }
}

/** What the kernel says of it is asked where the event does not tell it for sure: of user namespaces, and of what was joined. */
function addOwner(namespace: EventNamespace): EventNamespace {
  const { type, id, owner } = namespace;
  if (id === null || (owner !== undefined && type !== 'user')) return namespace;
  const told = attempt(() => describeByHandle({ ...namespace, id }) ?? null);
  return isKnown(told) && told !== null ? { ...namespace, owner: told.owner } : namespace;
}

/** A zombie's number is in a pid namespace, and its credentials are of a user namespace. */
function keepOfZombie(links: readonly number[]): readonly number[] {
  return links.map((inode, i) => (i === pidIndex || i === userIndex ? inode : 0));
}

const pidIndex = namespaceLinks.indexOf('pid');
const userIndex = namespaceLinks.findIndex((link) => readLinkType(link) === 'user');
