// What is true of the world of the fuzz: its changes, kept in tables, and which namespaces live by them.
import type { HolderKind } from '../../src/model/snapshot/holder-kinds.ts';
import type { NamespaceType } from '../../src/model/snapshot/namespace-types.ts';

/** A namespace; owner and parent are indices of spaces, -1 for none or unknown. Those up to `baseCount` are the world's own. */
export interface Space {
  readonly space: number;
  readonly type: NamespaceType;
  readonly inode: number;
  readonly dev: number;
  /** The kernel's 64-bit id, "0" where it gives none. */
  readonly id: string;
  readonly owner: number;
  readonly parent: number;
  /** The uid that made it, as the host has it. */
  readonly uid: number;
}

/** `exiting`: an init that has left its namespaces and waits until nobody else is in its pid namespace. */
export type Life = 'alive' | 'zombie' | 'exiting' | 'gone';

export interface Worker {
  readonly worker: number;
  readonly pid: number;
  readonly nobody: boolean;
  readonly in: Readonly<Record<NamespaceType, number>>;
  life: Life;
  /** It has the time namespace for children that its process had then. */
  thread?: {
    readonly tid: number;
    readonly type: NamespaceType;
    readonly space: number;
    readonly time: number | undefined;
  };
  readonly forChildren: Map<NamespaceType, { readonly space: number; readonly unborn: boolean }>;
}

/** A descriptor of a worker's, or a mount in the mount namespace `room`. */
export interface Hold {
  readonly holder: number;
  readonly kind: HolderKind;
  readonly space: number;
  readonly worker?: number;
  readonly fd?: number;
  readonly room?: number;
  readonly path?: string;
  /** Another mount lies over it: it is seen among the mounts, and no path leads to it. */
  covered?: true;
}

/** A line that the world prints. */
export type Change =
  | ({ readonly say: 'space' } & Space)
  | ({ readonly say: 'worker' } & Pick<Worker, 'worker' | 'pid' | 'nobody' | 'in'>)
  | ({ readonly say: 'holder' } & Hold)
  | { readonly say: 'released'; readonly holder: number }
  | { readonly say: 'covered'; readonly holder: number }
  | {
      readonly say: 'thread' | 'for-children' | 'unborn';
      readonly worker: number;
      readonly tid: number;
      readonly type: NamespaceType;
      readonly space: number;
    }
  | { readonly say: 'ended'; readonly worker: number; readonly how: Exclude<Life, 'alive'> }
  | { readonly say: 'skipped'; readonly why: string }
  | { readonly say: 'ready' };

/** The first spaces, one of each type, are those that the world itself is in. */
export const baseCount = 8;

/** Why a namespace lives: one thing that keeps it. `place` is its row of test/hiding/expectations.ts, if it has one. */
export interface Reason {
  readonly kind: HolderKind;
  readonly place: string;
  readonly worker?: Worker;
  readonly hold?: Hold;
  /** The space through which it lives: the mount namespace of a mount, a child, an owned one. */
  readonly through?: Space;
}

export class Ledger {
  readonly spaces: Space[] = [];
  readonly workers: Worker[] = [];
  readonly holds = new Map<number, Hold>();
  readonly skipped: string[] = [];

  add(change: Change): void {
    if (change.say === 'space') this.spaces.push(change);
    else if (change.say === 'worker') this.workers.push({ ...change, life: 'alive', forChildren: new Map() });
    else if (change.say === 'holder') this.holds.set(change.holder, change);
    else if (change.say === 'released') this.holds.delete(change.holder);
    else if (change.say === 'covered') this.hold(change.holder).covered = true;
    else if (change.say === 'skipped') this.skipped.push(change.why);
    else if (change.say !== 'ready') {
      const worker = this.worker(change.worker);
      if (change.say === 'ended') worker.life = change.how;
      else if (change.say === 'thread') worker.thread = { ...change, time: worker.forChildren.get('time')?.space };
      else worker.forChildren.set(change.type, { space: change.space, unborn: change.say === 'unborn' });
    }
  }

  hold(index: number): Hold {
    const hold = this.holds.get(index);
    if (!hold) throw new Error(`the world has no holder ${index}`);
    return hold;
  }

  space(index: number): Space {
    const space = this.spaces[index];
    if (!space) throw new Error(`the world has no space ${index}`);
    return space;
  }

  worker(index: number): Worker {
    const worker = this.workers[index];
    if (!worker) throw new Error(`the world has no worker ${index}`);
    return worker;
  }

  /** For each space that lives what keeps it; the world's own live by themselves. */
  findLiving(): Map<Space, readonly Reason[]> {
    const living = new Map<Space, Reason[]>(this.spaces.slice(0, baseCount).map((space) => [space, []]));
    const keep = (index: number, reason: Reason) => {
      const space = this.space(index);
      living.set(space, [...(living.get(space) ?? []), reason]);
    };
    for (const worker of this.workers) keepByWorker(worker, keep);
    for (const hold of this.holds.values())
      if (hold.worker !== undefined && this.worker(hold.worker).life === 'alive')
        keep(hold.space, {
          kind: hold.kind,
          place: placeOf(hold.kind, this.space(hold.space).type),
          worker: this.worker(hold.worker),
          hold,
        });
    // What lives keeps others; each is looked at once.
    const seen = new Set<Space>();
    for (;;) {
      const through = [...living.keys()].find((space) => !seen.has(space));
      if (!through) return living;
      seen.add(through);
      for (const hold of this.holds.values())
        if (hold.room === through.space)
          keep(hold.space, { kind: 'bind-mount', place: 'hidden-bind-mount', hold, through });
      if (through.parent >= 0) keep(through.parent, { kind: 'child', place: '', through });
      if (through.type !== 'user' && through.owner >= 0) keep(through.owner, { kind: 'owned', place: '', through });
    }
  }
}

function keepByWorker(worker: Worker, keep: (index: number, reason: Reason) => void): void {
  if (worker.life === 'gone') return;
  if (worker.life !== 'alive') {
    // Of what has ended credentials and numbers are left, until it is waited for.
    for (const type of ['user', 'pid'] as const) keep(worker.in[type], { kind: 'process', place: '', worker });
    return;
  }
  for (const index of Object.values(worker.in)) keep(index, { kind: 'process', place: 'process', worker });
  if (worker.thread) {
    keep(worker.thread.space, { kind: 'thread', place: 'thread', worker });
    const { time } = worker.thread;
    if (time !== undefined) keep(time, { kind: 'for-children', place: 'for-children', worker });
  }
  for (const { space, unborn } of worker.forChildren.values())
    keep(space, { kind: 'for-children', place: unborn ? 'for-children-unborn' : 'for-children', worker });
}

function placeOf(kind: HolderKind, type: NamespaceType): string {
  if (kind === 'in-flight') return 'fd-in-flight';
  if (kind === 'credentials') return 'file-credentials';
  if (kind !== 'proc-file') return kind;
  return type === 'net' ? 'proc-net' : type === 'mnt' ? 'proc-mounts' : 'proc-file';
}

/** Whether a space is another or lies below it. */
export function isWithin(ledger: Ledger, index: number, above: number): boolean {
  for (let one = index; one >= 0; one = ledger.space(one).parent) if (one === above) return true;
  return false;
}
