// The state of the last whole snapshot, kept up by what changes from one to the next: bit by bit, since among thousands of
// namespaces the first is a matter of tens of milliseconds.
import { setImmediate as nextTurn } from 'node:timers/promises';
import { LiveState } from '../../model/live/live-state.ts';
import type { SnapshotChange } from '../../model/live/snapshot-change.ts';

/** So many things are a matter of less than a millisecond. */
const atOnce = 200;

export class WholeState {
  #state = new LiveState();

  /** Of the last one that was taken note of whole. */
  get state(): LiveState {
    return this.#state;
  }

  async keepUp(change: SnapshotChange): Promise<void> {
    if (change.isFirst) this.#state = new LiveState();
    const state = this.#state;
    await each(change.goneNamespaces, (key) => state.dropNamespace(key));
    await each(change.goneTasks, (tid) => state.dropTask(tid));
    await each(change.namespaces, (namespace) => state.putNamespace(namespace));
    await each(change.processes, (process) => state.putProcess(process));
  }
}

async function each<T>(list: readonly T[], take: (element: T) => void): Promise<void> {
  for (const [i, element] of list.entries()) {
    if (i % atOnce === atOnce - 1) await nextTurn();
    take(element);
  }
}
