// Tells what a source of events says of tasks and namespaces, in terms of the state: who came into which namespace, which
// are new, which have ended.
import { readCommandLine } from '../kernel/command-line.ts';
import { describeBirth, describeEnd, describeMove, toEventProcess } from '../model/compare-states.ts';
import type { EventDraft, EventNamespace, EventProcess, EventWay } from '../model/events.ts';
import { equalLinks, keyOf, type LiveState, type LiveTask, listLinked } from '../model/live-state.ts';
import { namespaceLinks, readLinkType } from '../model/namespace-types.ts';
import type { News } from './news.ts';
import { type Moment, pickProcess, type SourceHost, type TaskNews } from './source.ts';
import { toTimestamp } from './timestamp.ts';

/** Whoever keeps the state. */
export interface TellerHost extends Pick<SourceHost, 'mounted' | 'lost' | 'lookSoon' | 'lookWell'> {
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

  began(news: TaskNews, at: Moment): void {
    const when = toTimestamp(at);
    const known = this.#host.state.tasks.get(news.tid);
    if (known?.startTimeTicks === news.startTimeTicks && equalLinks(known.links, news.inodes)) return;
    const base = this.#host.state.tasks.get(news.tid === news.pid ? news.ppid : news.pid);
    const task: LiveTask = { ...pickProcess(news), links: news.inodes, entered: 0 };
    task.entered = this.#host.state.findEntered(task);
    this.#host.news.ofTask(news.tid, at);
    const ahead = base && namespaceLinks.some((_, i) => news.inodes[i] !== base.links[i]);
    if (ahead) this.#addCommand(task);
    this.#noteLinks(news, toEventProcess(task), 'clone', at);
    const events = describeBirth(this.#host.state, task, 'clone', when);
    for (const event of events) this.#host.emit(event);
  }

  named(news: TaskNews, before: number, at: Moment): void {
    if (before !== news.tid) {
      this.#host.state.dropTask(before);
      this.#host.news.ofTask(before, at);
    }
    const known = this.#host.state.tasks.get(news.tid);
    if (!known) this.began(news, at);
    else this.#host.state.renameTask(known, news.comm);
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
    this.#noteLinks(news, toEventProcess(task), how, at);
    for (const event of describeMove(this.#host.state, this.#host.state, task, news.inodes, how, when))
      this.#host.emit(event);
    // The last one out may have left a namespace to its end.
    if (base) this.#host.lookSoon();
  }

  ended(tid: number, at: Moment): void {
    this.#host.news.ofTask(tid, at);
    const task = this.#host.state.tasks.get(tid);
    if (task) for (const event of describeEnd(this.#host.state, task, 'exit', toTimestamp(at))) this.#host.emit(event);
  }

  mounted(news: Omit<TaskNews, 'inodes' | 'ids'>, at: Moment): void {
    this.#host.mounted(news, at);
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

  /** Namespaces that were never told of are new: this task was made in them, or made them. */
  #noteLinks(news: TaskNews, process: EventProcess, how: EventWay, at: Moment): void {
    const user = news.inodes[userIndex] ?? 0;
    for (const { type, inode, link } of listLinked(news.inodes)) {
      const id = news.ids[link] ?? null;
      const owner = type === 'user' || user === 0 ? {} : { owner: user };
      this.#note({ type, inode, id, ...owner }, process, how, at);
    }
  }

  #note(namespace: EventNamespace, process: EventProcess | null, how: EventWay, at: Moment): void {
    const key = keyOf(namespace);
    const known = this.#host.state.namespaces.get(key);
    if (known && (known.id === namespace.id || known.id === null || namespace.id === null)) return;
    this.#host.news.ofNamespace(key, at);
    const when = toTimestamp(at);
    if (known) this.#host.emit({ event: 'destroyed', namespace: known, at: when });
    this.#host.emit({ event: 'created', namespace, how, process, at: when });
    this.#host.stir();
  }

  #addCommand(task: LiveTask): void {
    const command = readCommandLine(task.pid);
    if (command !== undefined) task.command = command;
  }
}

const userIndex = namespaceLinks.findIndex((link) => readLinkType(link) === 'user');
