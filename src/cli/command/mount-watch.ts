// Who mounted what where nscope is: after each call that mounts, the new mounts are those of whoever called since the last
// look.
import type { Making } from '../../analysis/leaks/left.ts';
import { keyOfMount, type MountPoint } from '../../analysis/leaks/left-mounts.ts';
import { readOwnMounts } from './host-state.ts';

/** One look at the mounts. What was called up to then, and is only heard of later, may have made what it found. */
interface Look {
  readonly at: string;
  readonly callers: Making[];
}

export class MountWatch {
  readonly #known: Set<string>;
  readonly #looks = new Map<string, Look>();
  /** Of the first who mounted something, and of the first who was not of the command. */
  readonly #first = new Map<Making['whose'], Making>();
  #waiting: Making[] = [];
  #last: Look | undefined;
  #timer: NodeJS.Immediate | undefined;

  constructor(before: readonly MountPoint[]) {
    this.#known = new Set(before.map(keyOfMount));
  }

  /** Somebody has mounted something, anywhere. */
  note(caller: Making): void {
    if (this.#last && caller.at <= this.#last.at) this.#last.callers.push(caller);
    this.#waiting.push(caller);
    if (!this.#first.has(caller.whose)) this.#first.set(caller.whose, caller);
    this.#timer ??= setImmediate(() => this.look());
  }

  look(): void {
    clearImmediate(this.#timer);
    this.#timer = undefined;
    if (this.#waiting.length === 0) return;
    const look = { at: new Date().toISOString(), callers: this.#waiting };
    this.#waiting = [];
    this.#last = look;
    const there = new Set(readOwnMounts().map(keyOfMount));
    for (const key of this.#looks.keys()) if (!there.has(key)) this.#looks.delete(key);
    for (const key of there) if (!this.#known.has(key) && !this.#looks.has(key)) this.#looks.set(key, look);
  }

  /** Who called just before it was there, each once; undefined where no look found it. */
  callersOf(mount: MountPoint): readonly Making[] | undefined {
    const callers = this.#looks.get(keyOfMount(mount))?.callers;
    return callers && [...new Map(callers.map((one) => [one.maker?.pid, one])).values()];
  }

  /** Whose all calls were that mounted something; undefined where there were none, or of several. */
  whoseAll(): Making['whose'] | undefined {
    const [only, ...others] = this.#first.keys();
    return others.length === 0 ? only : undefined;
  }

  stop(): void {
    clearImmediate(this.#timer);
  }
}
