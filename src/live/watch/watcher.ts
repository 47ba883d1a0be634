// Keeps the state of the host and tells its listeners of each change: what the source says at once, the rest by reading.
import { compareStates } from '../../model/live/compare-states.ts';
import type { EventDraft, EventNamespace, EventProcess, EventSource } from '../../model/live/events.ts';
import { keyOf, LiveState } from '../../model/live/live-state.ts';
import type { SnapshotChange } from '../../model/live/snapshot-change.ts';
import { isKnown } from '../../model/snapshot/known.ts';
import type { Snapshot } from '../../model/snapshot/schema.ts';
import { type Wanted, wantGraph } from '../../model/snapshot/wanted.ts';
import { EventTimes } from '../events/event-times.ts';
import { LostEvents } from '../events/lost-events.ts';
import { type LiveSource, type Moment, now, pickProcess, type TaskReport } from '../events/source.ts';
import { toTimestamp } from '../events/timestamp.ts';
import type { WatchOptions } from '../events/watch-options.ts';
import { canListNamespaces } from '../lists/listed-namespaces.ts';
import { findMountChanges } from '../lists/own-mounts.ts';
import { Zombies } from '../lists/zombies.ts';
import { FingerprintReader } from '../snapshots/fingerprint-reader.ts';
import { Pace, type Readings } from '../snapshots/pace.ts';
import { forgetReader } from '../snapshots/snapshot-aside.ts';
import { WholeState } from '../snapshots/whole-state.ts';
import { EventTranslator, type TranslatorHost } from './event-translator.ts';
import { ListReader } from './list-reader.ts';
import { Mounter } from './mounter.ts';
import { thisHost, type WatchedHost } from './watched-host.ts';

export type Listener = (event: EventDraft & { readonly at: string }) => void;

/** What a reading for comparison leaves out. Entering uts namespaces would be an event for whoever else watches. */
const wantComparison: Wanted = {
  ...wantGraph,
  commandLines: 'none',
  cgroups: false,
  attributes: false,
  workloads: false,
};

/** Numbers them, for the thread that takes their snapshots. */
let nextReader = 1;

export class Watcher implements TranslatorHost {
  readonly about: EventSource;
  readonly #host: WatchedHost;
  #first: Snapshot | undefined;
  readonly #ownMountNamespace: number | undefined;
  readonly #state: LiveState;
  readonly #source: LiveSource;
  readonly #mounts: { stop(): void };
  readonly #pace: Pace;
  readonly #bpf: boolean;
  readonly #wanted: Wanted;
  /** Whether the kernel's list of namespaces can be read. */
  readonly #listed: boolean;
  readonly #listeners = new Set<Listener>();
  readonly #wholeListeners = new Set<(change: SnapshotChange) => void>();
  #onFailure: ((error: unknown) => void) | undefined;
  #onMountCall: ((process: EventProcess, at: string) => void) | undefined;
  readonly eventTimes = new EventTimes();
  readonly #list: ListReader | undefined;
  readonly #zombies: Zombies;
  readonly #mounter = new Mounter();
  readonly #lostEvents = new LostEvents();
  readonly #whole = new WholeState();
  readonly #reader = nextReader++;
  #draining = false;
  #stopped = false;
  #starting = true;

  /** @param wanted - what snapshots are to have beside what events change */
  constructor(
    options: WatchOptions,
    wanted: Partial<Pick<Wanted, 'workloads' | 'attributes' | 'commandLines'>> = {},
    host: WatchedHost = thisHost,
  ) {
    this.#host = host;
    this.#wanted = { ...wantComparison, ...wanted };
    this.#bpf = options.bpf !== false;
    this.#listed = this.#bpf && canListNamespaces();
    // The events since this moment wait in the source until the first snapshot is there.
    this.#source = host.openSource(new EventTranslator(this), options);
    const fingerprints = new FingerprintReader();
    const readings: Readings = {
      list: this.#listed && this.#source.tellsProcesses ? () => this.#list?.read() : undefined,
      mounts: () => this.#readMounts(),
      whole: () => this.#compareOrTell(),
      fingerprint: this.#bpf ? () => fingerprints.read() : undefined,
      tellsNamespaces: this.#source.tellsNamespaces,
      tellsProcesses: this.#source.tellsProcesses,
      intervalMs: options.intervalMs,
      wholeTellsMore: Object.keys(wanted).length > 0,
    };
    this.#pace = new Pace(readings, host.clock);
    try {
      const first = host.collectSnapshot({ ...wantGraph, workloads: false, ...wanted, bpf: this.#bpf });
      const own = first.host.vantage.namespaces.mnt;
      this.#ownMountNamespace = isKnown(own) ? own : undefined;
      this.#state = new LiveState(first);
      this.#first = first;
      const mounts = host.watchMounts(() => this.#lookAtMounts());
      this.#mounts = mounts;
      this.about = { ...this.#source.about, cannotSee: [...this.#source.about.cannotSee, ...mounts.cannotSee] };
    } catch (error) {
      this.#source.stop();
      throw error;
    }
    this.#list = this.#listed
      ? new ListReader({
          state: this.#state,
          eventTimes: this.eventTimes,
          drain: () => this.#drain(),
          emit: (event) => this.#emit(this.#mounter.explain(event)),
          again: () => this.listSoon(),
        })
      : undefined;
    this.#zombies = new Zombies({
      state: this.#state,
      drain: () => this.#drain(),
      emit: (event) => this.#emit(event),
    });
    this.#starting = false;
    this.#pace.start();
  }

  /** The snapshot that the state began with, which is not kept: to be taken once, before anything has happened. */
  takeFirst(): Snapshot {
    const first = this.#first;
    if (!first) throw new Error('the first snapshot has been taken');
    this.#first = undefined;
    return first;
  }

  listen(listener: Listener): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Of every whole snapshot after the first: in what it differs from the one before, once events have told of that. */
  onWhole(listener: (change: SnapshotChange) => void): void {
    this.#wholeListeners.add(listener);
  }

  /** Told of every process that mounts something, in whatever mount namespace; never where `tellsMounts` is false. */
  onMountCall(listener: (process: EventProcess, at: string) => void): void {
    this.#onMountCall = listener;
  }

  /** Whether the source tells who mounts something. */
  get tellsMounts(): boolean {
    return this.#source.tellsMounts;
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
    if (this.#stopped) return;
    this.#stopped = true;
    this.#pace.stop();
    this.#mounts.stop();
    this.#list?.close();
    this.#zombies.stop();
    this.#source.stop();
    forgetReader(this.#reader);
    this.#listeners.clear();
    this.#wholeListeners.clear();
  }

  /** Takes a snapshot of everything while events go on, and tells what no event told. @returns the snapshot */
  async readWhole(): Promise<Snapshot> {
    return this.eventTimes.duringReading(async (began) => {
      const { change } = await this.#host.takeSnapshotAside({ ...wantGraph, bpf: this.#bpf });
      const { rest, namespaces, processes } = change;
      const snapshot = { ...rest, namespaces, processes };
      if (!this.#stopped) this.#tellDifference(new LiveState(snapshot), began);
      return snapshot;
    });
  }

  async #compareOrTell(): Promise<number> {
    const started = now();
    try {
      return await this.#compareWhole();
    } catch (error) {
      if (!this.#onFailure) throw error;
      this.#onFailure(error);
      return (now() - started) / 1e6;
    }
  }

  /** @returns what the snapshot cost */
  async #compareWhole(): Promise<number> {
    return this.eventTimes.duringReading(async (began) => {
      const { change, costMs } = await this.#host.takeSnapshotAside({ ...this.#wanted, bpf: this.#bpf }, this.#reader);
      await this.#whole.keepUp(change);
      if (this.#stopped) return costMs;
      this.#tellDifference(this.#whole.state, began);
      for (const listener of this.#wholeListeners) listener(change);
      return costMs;
    });
  }

  /** @param fresh - what was read since `began` */
  #tellDifference(fresh: LiveState, began: Moment): void {
    this.#drain();
    const events = compareStates(this.#state, fresh, {
      namespace: (key) => this.eventTimes.hasNamespaceEvent(key, began) || this.#isAwaited(fresh.namespaces.get(key)),
      task: (tid) => this.eventTimes.hasTaskEvent(tid, began),
    });
    for (const event of this.#lostEvents.takeEvents(began, events.length)) this.#emit(event);
    for (const event of events) this.#emit(this.#mounter.explain(event));
    if (this.#lostEvents.isAny) this.#pace.wholeNow();
  }

  mount(report: Omit<TaskReport, 'inodes' | 'ids'>, at: Moment): void {
    this.#mounter.note(pickProcess(report), at);
    this.listSoon();
  }

  attached(report: Omit<TaskReport, 'inodes' | 'ids'>, at: Moment): void {
    const { pid } = report;
    const command = this.#state.tasks.get(pid)?.command;
    const process = { ...pickProcess(report), ...(command === undefined ? {} : { command }) };
    this.#onMountCall?.(process, toTimestamp(at));
  }

  emit(event: EventDraft): void {
    this.#emit(event);
  }

  stir(): void {
    this.#pace.stir();
  }

  lost(count: number | null): void {
    this.#lostEvents.add(count, now());
    this.#pace.wholeNow();
  }

  listSoon(): void {
    this.#pace.listSoon();
  }

  wholeSoon(): void {
    this.#pace.wholeSoon();
  }

  /** What is mounted where nscope is is told at once; the rest by a snapshot. */
  #lookAtMounts(): void {
    this.wholeSoon();
    this.#pace.mountsSoon();
    this.#pace.listSoon();
  }

  #readMounts(): void {
    this.#drain();
    for (const event of findMountChanges(this.#state, this.#ownMountNamespace)) {
      if ('namespace' in event) this.eventTimes.noteNamespace(keyOf(event.namespace), now());
      this.#emit(event);
    }
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

  #isAwaited(namespace: EventNamespace | undefined): boolean {
    return namespace !== undefined && this.tellsNamespaces && this.#list?.isAwaited(namespace) === true;
  }

  #emit(draft: EventDraft): void {
    const event = { ...draft, at: draft.at ?? toTimestamp(now()) };
    // What has a name is alive: the name was taken away before, whoever was first to see it.
    if (event.event === 'destroyed')
      for (const name of this.#state.namesOf(keyOf(event.namespace)))
        this.#emit({ event: 'unnamed', namespace: event.namespace, name, at: event.at });
    this.#state.apply({ ...event, seq: 0 });
    if (event.event === 'created' || event.event === 'destroyed') this.#list?.note(event);
    this.#zombies.note(event);
    for (const listener of this.#listeners) listener(event);
  }
}
