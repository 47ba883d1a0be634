// Keeps the state of the host and tells its listeners of each change: what the source says at once, the rest by reading.
import { collectSnapshot } from '../collect/collect.ts';
import { readCommandLine } from '../kernel/command-line.ts';
import { readFingerprints } from '../kernel/fingerprints.ts';
import { watchMounts } from '../kernel/mount-changes.ts';
import { compareStates, describeBirth, describeEnd, describeMove, toEventProcess } from '../model/compare-states.ts';
import type { EventDraft, EventNamespace, EventProcess, EventSource, EventWay } from '../model/events.ts';
import { equalLinks, keyOf, LiveState, type LiveTask, listLinked } from '../model/live-state.ts';
import { namespaceLinks, readLinkType } from '../model/namespace-types.ts';
import type { Snapshot } from '../model/schema.ts';
import { type Wanted, wantEverything } from '../model/wanted.ts';
import { ListReader } from './list-reader.ts';
import { canListNamespaces } from './listed-namespaces.ts';
import { Loss } from './loss.ts';
import { Mounter } from './mounter.ts';
import { News } from './news.ts';
import { openSource } from './open-source.ts';
import { Pace } from './pace.ts';
import { type TakenSnapshot, takeSnapshotAside } from './snapshot-aside.ts';
import { type LiveSource, type Moment, now, pickProcess, type SourceHost, type TaskNews } from './source.ts';
import { toTimestamp } from './timestamp.ts';
import type { WatchOptions } from './watch-options.ts';

export type Listener = (event: EventDraft & { readonly at: string }) => void;

/** What a reading for comparison leaves out. Entering uts namespaces would be an event for whoever else watches. */
const wantComparison: Wanted = {
  ...wantEverything,
  commandLines: 'none',
  cgroups: false,
  attributes: false,
  workloads: false,
};

export class Watcher implements SourceHost {
  readonly about: EventSource;
  /** The snapshot that the state began with. */
  readonly first: Snapshot;
  readonly #state: LiveState;
  readonly #source: LiveSource;
  readonly #mounts: { stop(): void };
  readonly #pace: Pace;
  readonly #bpf: boolean;
  readonly #wanted: Wanted;
  /** Whether the kernel's list of namespaces can be read. */
  readonly #listed: boolean;
  readonly #listeners = new Set<Listener>();
  readonly #wholeListeners = new Set<(snapshot: Snapshot) => void>();
  #onFailure: ((error: unknown) => void) | undefined;
  readonly #news = new News();
  readonly #list: ListReader;
  readonly #mounter = new Mounter();
  readonly #loss = new Loss();
  #draining = false;
  #stopped = false;
  #starting = true;

  /** @param wanted - what snapshots are to have beside what events change */
  constructor(options: WatchOptions, wanted: Partial<Pick<Wanted, 'workloads' | 'attributes' | 'commandLines'>> = {}) {
    this.#wanted = { ...wantComparison, ...wanted };
    this.#bpf = options.bpf !== false;
    this.#listed = this.#bpf && canListNamespaces();
    // The events since this moment wait in the source until the first snapshot is there.
    this.#source = openSource(this, options);
    this.#pace = new Pace({
      list: this.#listed && this.#source.tellsProcesses ? () => this.#list.read() : undefined,
      whole: () => this.#compareOrTell(),
      fingerprint: this.#bpf ? readFingerprints : undefined,
      tellsNamespaces: this.#source.tellsNamespaces,
      tellsProcesses: this.#source.tellsProcesses,
      intervalMs: options.intervalMs,
      wholeTellsMore: Object.keys(wanted).length > 0,
    });
    try {
      this.first = collectSnapshot({ ...wantEverything, workloads: false, ...wanted, bpf: this.#bpf });
      const mounts = watchMounts(() => this.lookWell());
      this.#mounts = mounts;
      this.about = { ...this.#source.about, cannotSee: [...this.#source.about.cannotSee, ...mounts.cannotSee] };
    } catch (error) {
      this.#source.stop();
      throw error;
    }
    this.#state = new LiveState(this.first);
    this.#list = new ListReader({
      state: this.#state,
      news: this.#news,
      drain: () => this.#drain(),
      emit: (event) => this.#emit(this.#mounter.explain(event)),
      again: () => this.lookSoon(),
    });
    this.#starting = false;
    this.#pace.start();
  }

  listen(listener: Listener): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Of every whole snapshot after the first, once what it differs in has been told. */
  onWhole(listener: (snapshot: Snapshot) => void): void {
    this.#wholeListeners.add(listener);
  }

  /** Told when no snapshot could be taken, as where there are no descriptors left; else that ends the process. */
  onFailure(listener: (error: unknown) => void): void {
    this.#onFailure = listener;
  }

  /** What all events so far have made of the first snapshot; not to be changed. */
  get state(): LiveState {
    return this.#state;
  }

  /** Whether every namespace is told of as it comes and goes, and not only when snapshots are compared. */
  get tellsNamespaces(): boolean {
    return this.#source.tellsProcesses && (this.#listed || this.#source.tellsNamespaces);
  }

  /** Tells at once what waits in the source. */
  catchUp(): void {
    this.#drain();
  }

  stop(): void {
    this.#stopped = true;
    this.#pace.stop();
    this.#mounts.stop();
    this.#source.stop();
    this.#listeners.clear();
    this.#wholeListeners.clear();
  }

  /** Takes a snapshot while events go on, and tells what no event told. @returns the snapshot */
  async readWhole(wanted = this.#wanted): Promise<Snapshot> {
    return (await this.#compareWhole(wanted)).snapshot;
  }

  async #compareOrTell(): Promise<number> {
    const started = now();
    try {
      return (await this.#compareWhole(this.#wanted)).costMs;
    } catch (error) {
      if (!this.#onFailure) throw error;
      this.#onFailure(error);
      return (now() - started) / 1e6;
    }
  }

  async #compareWhole(wanted: Wanted): Promise<TakenSnapshot> {
    const began = now();
    const taken = await takeSnapshotAside({ ...wanted, bpf: this.#bpf });
    const { snapshot } = taken;
    if (this.#stopped) return taken;
    this.#drain();
    const fresh = new LiveState(snapshot);
    const events = compareStates(this.#state, fresh, {
      namespace: (key) => this.#news.isOfNamespace(key, began) || this.#isAwaited(fresh.namespaces.get(key)),
      task: (tid) => this.#news.isOfTask(tid, began),
    });
    this.#news.forget(began);
    for (const event of this.#loss.takeEvents(began, events.length)) this.#emit(event);
    for (const event of events) this.#emit(this.#mounter.explain(event));
    for (const listener of this.#wholeListeners) listener(snapshot);
    if (this.#loss.isAny) this.#pace.wholeNow();
    return taken;
  }

  began(news: TaskNews, at: Moment): void {
    const when = toTimestamp(at);
    const known = this.#state.tasks.get(news.tid);
    if (known?.startTimeTicks === news.startTimeTicks && equalLinks(known.links, news.inodes)) return;
    const base = this.#state.tasks.get(news.tid === news.pid ? news.ppid : news.pid);
    const task: LiveTask = { ...pickProcess(news), links: news.inodes, entered: 0 };
    task.entered = this.#state.findEntered(task);
    this.#news.ofTask(news.tid, at);
    const ahead = base && namespaceLinks.some((_, i) => news.inodes[i] !== base.links[i]);
    if (ahead) this.#addCommand(task);
    this.#noteLinks(news, toEventProcess(task), 'clone', at);
    const events = describeBirth(this.#state, task, 'clone', when);
    for (const event of events) this.#emit(event);
  }

  named(news: TaskNews, before: number, at: Moment): void {
    if (before !== news.tid) {
      this.#state.tasks.delete(before);
      this.#news.ofTask(before, at);
    }
    const known = this.#state.tasks.get(news.tid);
    if (!known) this.began(news, at);
    else {
      known.comm = news.comm;
      delete known.command;
    }
  }

  moved(news: TaskNews, how: 'unshare' | 'setns', at: Moment): void {
    const when = toTimestamp(at);
    const base = this.#state.tasks.get(news.tid) ?? this.#state.tasks.get(news.pid);
    const task: LiveTask = {
      ...pickProcess(news),
      links: base?.links ?? news.inodes.map(() => 0),
      entered: base?.entered ?? 0,
    };
    this.#news.ofTask(news.tid, at);
    if (base && equalLinks(base.links, news.inodes)) return;
    this.#addCommand(task);
    this.#noteLinks(news, toEventProcess(task), how, at);
    for (const event of describeMove(this.#state, this.#state, task, news.inodes, how, when)) this.#emit(event);
    // The last one out may have left a namespace to its end.
    if (base) this.#pace.listSoon();
  }

  ended(tid: number, at: Moment): void {
    this.#news.ofTask(tid, at);
    const task = this.#state.tasks.get(tid);
    if (task) for (const event of describeEnd(this.#state, task, 'exit', toTimestamp(at))) this.#emit(event);
  }

  mounted(news: Omit<TaskNews, 'inodes' | 'ids'>, at: Moment): void {
    this.#mounter.note(pickProcess(news), at);
    this.#pace.listSoon();
  }

  created(namespace: EventNamespace, by: Omit<TaskNews, 'inodes' | 'ids'>, at: Moment): void {
    const task: LiveTask = { ...pickProcess(by), links: [], entered: 0 };
    if (by.pid !== process.pid) this.#addCommand(task);
    this.#note(namespace, toEventProcess(task), 'call', at);
  }

  destroyed(namespace: EventNamespace, at: Moment): void {
    const known = this.#state.namespaces.get(keyOf(namespace));
    if (!known || (known.id !== null && known.id !== namespace.id)) return;
    this.#news.ofNamespace(keyOf(known), at);
    this.#emit({ event: 'destroyed', namespace: known, at: toTimestamp(at) });
    this.#pace.stir();
  }

  lost(count: number | null): void {
    this.#loss.add(count, now());
    this.#pace.wholeNow();
  }

  lookSoon(): void {
    this.#pace.listSoon();
  }

  lookWell(): void {
    this.#pace.wholeSoon();
  }

  #drain(): void {
    // The source drains by itself while it is being drained.
    if (this.#draining || this.#starting) return;
    this.#draining = true;
    try {
      this.#source.drain();
    } finally {
      this.#draining = false;
    }
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
    const known = this.#state.namespaces.get(key);
    if (known && (known.id === namespace.id || known.id === null || namespace.id === null)) return;
    this.#news.ofNamespace(key, at);
    const when = toTimestamp(at);
    if (known) this.#emit({ event: 'destroyed', namespace: known, at: when });
    this.#emit({ event: 'created', namespace, how, process, at: when });
    this.#pace.stir();
  }

  #addCommand(task: LiveTask): void {
    const command = readCommandLine(task.pid);
    if (command !== undefined) task.command = command;
  }

  #isAwaited(namespace: EventNamespace | undefined): boolean {
    return namespace !== undefined && this.tellsNamespaces && this.#listed && this.#list.isAwaited(namespace);
  }

  #emit(draft: EventDraft): void {
    const event = { ...draft, at: draft.at ?? toTimestamp(now()) };
    this.#state.apply({ ...event, seq: 0 });
    for (const listener of this.#listeners) listener(event);
  }
}

const userIndex = namespaceLinks.findIndex((link) => readLinkType(link) === 'user');
