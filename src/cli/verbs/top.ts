// nscope top: a live screen of namespaces and workloads.
import { CreationRates } from '../../analysis/compare/creation-rates.ts';
import { SnapshotIndex } from '../../analysis/graph/snapshot-index.ts';
import { LiveSnapshot } from '../../live/watch/live-snapshot.ts';
import { Watcher } from '../../live/watch/watcher.ts';
import type { EventDraft, EventProcess } from '../../model/live/events.ts';
import type { LiveState } from '../../model/live/live-state.ts';
import type { NamespaceType } from '../../model/snapshot/namespace-types.ts';
import { measurePanes } from '../../render/pages/top-screen.ts';
import { keepHeapSmall } from '../line/small-heap.ts';
import { readTypes } from '../reading/read-types.ts';
import { FullScreen } from '../screen/full-screen.ts';
import { choosePalette } from '../screen/output.ts';
import { firstState, type Key, pressKey, type TopState } from '../screen/top-keys.ts';
import { columnsOf, TopView } from '../screen/top-view.ts';
import { suggest, UsageError } from '../table/errors.ts';
import type { OptionValues } from '../table/option-values.ts';
import { readSource } from '../table/source-option.ts';

const sorts: readonly string[] = ['type', 'inode', 'procs', 'new', 'held', 'user', 'pid', 'what'];

export async function run(_words: readonly string[], options: OptionValues): Promise<number> {
  const first = readFirstState(options);
  const delayMs = readDelay(options);
  const source = readSource(options);
  if (!process.stdout.isTTY || !process.stdin.isTTY)
    throw new UsageError(
      'top needs a terminal to show itself and to read keys from; elsewhere: nscope ls, nscope watch --stats',
    );
  if (process.env['TERM'] === 'dumb')
    throw new UsageError(
      'top needs a terminal that can move its cursor, and TERM is dumb; nscope watch --stats does not',
    );
  keepHeapSmall();
  const watcher = new Watcher({ source, bpf: options.bpf !== false }, wanted);
  const top = new Top(watcher, first, delayMs);
  try {
    await top.ended;
    return 0;
  } finally {
    top.close();
  }
}

/** What the details tell beside what events do. */
const wanted = { workloads: true, attributes: true, commandLines: 'leaders' } as const;

class Top {
  readonly ended: Promise<void>;
  readonly #watcher: Watcher;
  readonly #live: LiveSnapshot;
  readonly #rates = new CreationRates();
  readonly #view = new TopView();
  readonly #palette = choosePalette();
  readonly #screen: FullScreen;
  readonly #timer: NodeJS.Timeout;
  #state: TopState;
  #index: SnapshotIndex;
  #nowMs = performance.now();
  #time = readClock();
  #end = (): void => {};

  constructor(watcher: Watcher, state: TopState, delayMs: number) {
    this.#watcher = watcher;
    this.#live = new LiveSnapshot(watcher);
    this.#index = new SnapshotIndex(this.#live.snapshot);
    this.#state = state;
    watcher.listen((event) => this.#count(event));
    this.ended = new Promise((resolve) => {
      this.#end = resolve;
    });
    this.#screen = new FullScreen({
      onKey: (key) => this.#press(key),
      onResize: () => this.#draw(),
      onEnd: () => this.#end(),
    });
    this.#screen.open();
    this.#draw();
    this.#timer = setInterval(() => this.#refresh(), delayMs);
  }

  close(): void {
    clearInterval(this.#timer);
    this.#screen.close();
    this.#watcher.stop();
  }

  #count(event: EventDraft): void {
    if (event.event === 'destroyed') this.#rates.noteEnded(performance.now());
    else if (event.event === 'created')
      this.#rates.noteCreated(event.namespace.type, findPlaces(event.process, this.#watcher.state), performance.now());
  }

  #refresh(): void {
    if (this.#state.isPaused) return;
    this.#watcher.catchUp();
    if (this.#live.isStale) this.#index = new SnapshotIndex(this.#live.update());
    this.#nowMs = performance.now();
    this.#time = readClock();
    this.#draw();
  }

  #draw(): void {
    const context = { index: this.#index, rates: this.#rates, nowMs: this.#nowMs };
    const { size } = this.#screen;
    const around = { size, palette: this.#palette, source: this.#watcher.about.name, time: this.#time };
    const lines = this.#view.draw(this.#state, context, around);
    this.#state = this.#view.settle(this.#state);
    this.#screen.draw(lines);
  }

  #press(key: Key): void {
    const { view, hasDetails } = this.#state;
    const page = measurePanes(this.#screen.size, hasDetails).table;
    const effect = pressKey(this.#state, key, { columns: columnsOf(view).length, page });
    if (effect === 'quit') this.#end();
    else if (effect === 'suspend') this.#screen.suspend();
    else if (effect === 'redraw') this.#screen.forget();
    else {
      // Another list, or nobody who asks for what has ended any more.
      if (effect.view !== view || (hasDetails && !effect.hasDetails)) this.#view.release();
      this.#state = effect;
    }
    this.#draw();
  }
}

/** The namespaces that a maker was in before; of a process that was born in what it made, those of its parent. */
function findPlaces(process: EventProcess | null, { tasks }: LiveState): Set<number> {
  const maker = process && (tasks.get(process.tid) ?? tasks.get(process.pid) ?? tasks.get(process.ppid));
  const places = new Set(maker?.links);
  places.delete(0);
  return places;
}

function readClock(): string {
  return new Date().toTimeString().slice(0, 8);
}

function readFirstState(options: OptionValues): TopState {
  const types: readonly NamespaceType[] = readTypes(options);
  if (types.length > 1) throw new UsageError(`--type takes one type, not ${types.length}: the key t goes through them`);
  const { sort } = options;
  if (typeof sort !== 'string') return { ...firstState, type: types[0] };
  const column = sorts.indexOf(sort);
  if (column < 0) throw new UsageError(`top is not ordered by "${sort}"; ${suggest(sort, sorts)}`);
  return { ...firstState, type: types[0], sort: { ...firstState.sort, namespaces: column } };
}

function readDelay({ delay }: OptionValues): number {
  if (typeof delay !== 'string') return 1000;
  const seconds = Number(delay);
  if (!(seconds >= 0.1 && seconds <= 3600))
    throw new UsageError(`--delay takes seconds from 0.1 to 3600, not "${delay}"`);
  return seconds * 1000;
}
