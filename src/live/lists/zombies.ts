// Which processes that have ended have not been waited for? No event of the kernel's tells of the waiting, so those that are
// known are looked at again and again, the more seldom the longer they stay: proc_pid_stat(5).
import { performance } from 'node:perf_hooks';
import { readProcTable } from '../../kernel/proc/proc-table.ts';
import { toEventProcess } from '../../model/live/compare-states.ts';
import type { EventDraft } from '../../model/live/events.ts';
import type { LiveState, LiveTask } from '../../model/live/live-state.ts';
import { parseStartTime } from '../../parse/proc/stat.ts';

/** Whether its number is still its own. Of a thread never: nobody waits for one, and a snapshot tells of a leader's. */
export function isUnreaped(task: Pick<LiveTask, 'pid' | 'tid' | 'startTimeTicks'>): boolean {
  return task.pid === task.tid && listUnreaped([task]).has(task.pid);
}

function listUnreaped(tasks: readonly Pick<LiveTask, 'pid' | 'startTimeTicks'>[]): ReadonlySet<number> {
  const starts = new Map(tasks.map(({ pid, startTimeTicks }) => [String(pid), startTimeTicks]));
  const found = new Set<number>();
  for (const { name, files } of readProcTable({
    names: [...starts.keys()],
    links: [],
    files: ['stat'],
    maxFileBytes: 4096,
  }))
    if (files[0] instanceof Buffer && files[0].length > 0 && parseStartTime(files[0]) === starts.get(name))
      found.add(Number(name));
  return found;
}

export interface ZombieHost {
  readonly state: LiveState;
  /** Takes the events that wait: they are older than what is read now. */
  drain(): void;
  emit(event: EventDraft): void;
}

const soonestMs = 20;
const latestMs = 1000;
/** The reading takes no more than one part in so many of the time. */
const share = 50;

export class Zombies {
  readonly #host: ZombieHost;
  /** By PID, with the start of the process. */
  readonly #known = new Map<number, number>();
  #timer: NodeJS.Timeout | undefined;
  #restMs = soonestMs;

  constructor(host: ZombieHost) {
    this.#host = host;
    for (const task of host.state.tasks.values()) if (task.isZombie) this.#known.set(task.pid, task.startTimeTicks);
    this.#later(soonestMs);
  }

  stop(): void {
    clearTimeout(this.#timer);
    this.#known.clear();
  }

  /** Every event, once the state has it. */
  note(event: EventDraft): void {
    if (event.event !== 'exit' || event.zombie === undefined) return;
    this.#known.set(event.process.pid, event.process.startTimeTicks);
    if (this.#timer && this.#restMs === soonestMs) return;
    this.#restMs = soonestMs;
    this.#later(soonestMs);
  }

  #later(restMs: number): void {
    clearTimeout(this.#timer);
    this.#timer = this.#known.size > 0 ? setTimeout(() => this.#look(), restMs).unref() : undefined;
  }

  #look(): void {
    this.#host.drain();
    const started = performance.now();
    const unreaped = listUnreaped(Array.from(this.#known, ([pid, startTimeTicks]) => ({ pid, startTimeTicks })));
    for (const [pid, startTimeTicks] of [...this.#known]) {
      if (unreaped.has(pid)) continue;
      this.#known.delete(pid);
      const task = this.#host.state.tasks.get(pid);
      if (task?.isZombie && task.startTimeTicks === startTimeTicks)
        this.#host.emit({ event: 'exit', process: toEventProcess(task), links: task.links });
    }
    this.#restMs = Math.min(this.#restMs * 2, latestMs);
    this.#later(Math.max(this.#restMs, (performance.now() - started) * share));
  }
}
