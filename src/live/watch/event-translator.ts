// Translates the reports of a source of events into events of the state: who came into which namespace, which are new, which
// have ended.

import { attempt } from '../../kernel/files/files.ts';
import { describeByHandle } from '../../kernel/nsfs/namespace-relations.ts';
import { readCommandLine } from '../../kernel/process/command-line.ts';
import { describeBirth, describeEnd, describeMove, toEventProcess } from '../../model/live/compare-states.ts';
import type { EventDraft, EventNamespace, EventProcess, EventWay } from '../../model/live/events.ts';
import { equalLinks, keyOf, type LiveState, type LiveTask, listLinked } from '../../model/live/live-state.ts';
import { isKnown } from '../../model/snapshot/known.ts';
import { namespaceLinks, readLinkType } from '../../model/snapshot/namespace-types.ts';
import type { EventTimes } from '../events/event-times.ts';
import { type Moment, pickProcess, type SourceHost, type TaskReport } from '../events/source.ts';
import { toTimestamp } from '../events/timestamp.ts';
import { isUnreaped } from '../lists/zombies.ts';

/** Whoever keeps the state. */
export interface TranslatorHost extends Pick<SourceHost, 'mount' | 'attached' | 'lost' | 'listSoon' | 'wholeSoon'> {
  readonly state: LiveState;
  readonly eventTimes: EventTimes;
  /** Applies an event and passes it on. */
  emit(event: EventDraft): void;
  /** A namespace came or went. */
  stir(): void;
}

export class EventTranslator implements SourceHost {
  readonly #host: TranslatorHost;

  constructor(host: TranslatorHost) {
    this.#host = host;
  }

  fork(report: TaskReport, at: Moment): void {
    const when = toTimestamp(at);
    const known = this.#host.state.tasks.get(report.tid);
    if (known?.startTimeTicks === report.startTimeTicks && equalLinks(known.links, report.inodes)) return;
    const base = this.#host.state.tasks.get(report.tid === report.pid ? report.ppid : report.pid);
    const task: LiveTask = { ...pickProcess(report), links: report.inodes, entered: 0 };
    task.entered = this.#host.state.findEntered(task);
    // Until it executes a program of its own, its words are those of the process that it was forked from.
    const command = report.command ?? base?.command;
    if (command !== undefined) task.command = command;
    this.#host.eventTimes.noteTask(report.tid, at);
    const ahead = base && namespaceLinks.some((_, i) => report.inodes[i] !== base.links[i]);
    if (ahead) this.#addCommand(task, report);
    const how = report.isReadLate ? 'seen' : 'clone';
    this.#noteLinks(report, base?.links, toEventProcess(task), how, at);
    const events = describeBirth(this.#host.state, task, how, when);
    for (const event of events) this.#host.emit(event);
  }

  exec(report: TaskReport, before: number, at: Moment): void {
    if (before !== report.tid) {
      this.#host.state.dropTask(before);
      this.#host.eventTimes.noteTask(before, at);
    }
    const known = this.#host.state.tasks.get(report.tid);
    if (!known) this.fork(report, at);
    else {
      const { command: _, ...process } = toEventProcess(known);
      const { comm, ppid, uid, command } = report;
      this.#host.emit({
        event: 'moved',
        process: { ...process, comm, ppid, uid, ...(command === undefined ? {} : { command }) },
        links: known.links,
        at: toTimestamp(at),
      });
    }
  }

  moved(report: TaskReport, by: 'unshare' | 'setns', at: Moment): void {
    const how = report.isReadLate ? 'seen' : by;
    const when = toTimestamp(at);
    const base = this.#host.state.tasks.get(report.tid) ?? this.#host.state.tasks.get(report.pid);
    const task: LiveTask = {
      ...pickProcess(report),
      links: base?.links ?? report.inodes.map(() => 0),
      entered: base?.entered ?? 0,
      ...(base?.command === undefined ? {} : { command: base.command }),
    };
    this.#host.eventTimes.noteTask(report.tid, at);
    if (base && equalLinks(base.links, report.inodes)) return;
    this.#addCommand(task, report);
    this.#noteLinks(report, base?.links, toEventProcess(task), how, at);
    for (const event of describeMove(this.#host.state, this.#host.state, task, report.inodes, how, when))
      this.#host.emit(event);
    // The last one out may have left a namespace to its end.
    if (base) this.#host.listSoon();
  }

  exit(tid: number, at: Moment): void {
    this.#host.eventTimes.noteTask(tid, at);
    const task = this.#host.state.tasks.get(tid);
    if (!task || task.isZombie) return;
    const zombie = isUnreaped(task) ? keepOfZombie(task.links) : undefined;
    for (const event of describeEnd(this.#host.state, task, 'exit', toTimestamp(at), zombie)) this.#host.emit(event);
  }

  mount(report: Omit<TaskReport, 'inodes' | 'ids'>, at: Moment): void {
    this.#host.mount(report, at);
  }

  attached(report: Omit<TaskReport, 'inodes' | 'ids'>, at: Moment): void {
    this.#host.attached(report, at);
  }

  created(namespace: EventNamespace, by: Omit<TaskReport, 'inodes' | 'ids'>, at: Moment): void {
    const task: LiveTask = { ...pickProcess(by), links: [], entered: 0 };
    const known = this.#host.state.tasks.get(by.pid)?.command;
    if (known !== undefined) task.command = known;
    if (by.pid !== process.pid) this.#addCommand(task, {});
    this.#note(namespace, toEventProcess(task), 'call', at);
  }

  destroyed(namespace: EventNamespace, at: Moment): void {
    const known = this.#host.state.namespaces.get(keyOf(namespace));
    if (!known || (known.id !== null && known.id !== namespace.id)) return;
    this.#host.eventTimes.noteNamespace(keyOf(known), at);
    this.#host.emit({ event: 'destroyed', namespace: known, at: toTimestamp(at) });
    this.#host.stir();
  }

  lost(count: number | null): void {
    this.#host.lost(count);
  }

  listSoon(): void {
    this.#host.listSoon();
  }

  wholeSoon(): void {
    this.#host.wholeSoon();
  }

  /**
   * Namespaces that were never told of are new: this task was made in them, or made them.
   * @param before - where it, or its parent, was: a user namespace is owned by the one in which its maker was
   */
  #noteLinks(
    report: TaskReport,
    before: readonly number[] | undefined,
    process: EventProcess,
    how: EventWay,
    at: Moment,
  ): void {
    for (const { type, inode, link } of [...listLinked(report.inodes)].sort(byOwner)) {
      const id = report.ids[link] ?? null;
      const maker = type === 'user' ? before : report.inodes;
      const likely = how === 'setns' || report.isReadLate ? 0 : (maker?.[userIndex] ?? 0);
      this.#note({ type, inode, id, ...(likely === 0 ? {} : { owner: likely }) }, process, how, at);
    }
  }

  #note(namespace: EventNamespace, process: EventProcess | null, how: EventWay, at: Moment): void {
    const key = keyOf(namespace);
    const known = this.#host.state.namespaces.get(key);
    if (known && (known.id === namespace.id || known.id === null || namespace.id === null)) return;
    this.#host.eventTimes.noteNamespace(key, at);
    const when = toTimestamp(at);
    if (known) this.#host.emit({ event: 'destroyed', namespace: known, at: when });
    this.#host.emit({ event: 'created', namespace: addOwner(namespace), how, process, at: when });
    this.#host.stir();
  }

  /** What the kernel told is true of that moment; what is read now may be of the next program. */
  #addCommand(task: LiveTask, { isReadLate }: Pick<TaskReport, 'isReadLate'>): void {
    if (task.command !== undefined && !isReadLate) return;
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

/** A user namespace comes before what it owns. */
function byOwner(a: { readonly type: string }, b: { readonly type: string }): number {
  return Number(b.type === 'user') - Number(a.type === 'user');
}

/** A zombie's number is in a pid namespace, and its credentials are of a user namespace. */
function keepOfZombie(links: readonly number[]): readonly number[] {
  return links.map((inode, i) => (i === pidIndex || i === userIndex ? inode : 0));
}

const pidIndex = namespaceLinks.indexOf('pid');
const userIndex = namespaceLinks.findIndex((link) => readLinkType(link) === 'user');
