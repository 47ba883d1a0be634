// What is gone after the steps so far: mounts that were unmounted or went along, processes that ended, and with the last
// process of a mount namespace all of its mounts.
import { isKnown } from '../../model/snapshot/known.ts';
import type { Workload } from '../../model/snapshot/schema.ts';
import type { BusyWorld } from './busy-world.ts';
import type { PlacedMount } from './mount-forest.ts';

export class WhatGoes {
  readonly #world: Pick<BusyWorld, 'index' | 'forest'>;
  readonly #ended = new Set<number>();
  readonly #unmounted = new Set<PlacedMount>();
  readonly #emptied = new Set<number>();

  constructor(world: Pick<BusyWorld, 'index' | 'forest'>) {
    this.#world = world;
  }

  isGone(placed: PlacedMount): boolean {
    return this.#unmounted.has(placed) || this.#emptied.has(placed.namespace);
  }

  /** Whether an unmount of what it follows takes it along: not where others lie on it. */
  goesAlong(follower: PlacedMount): boolean {
    return !this.isGone(follower) && this.#world.forest.childrenOf(follower).every((one) => this.isGone(one));
  }

  unmount(placed: PlacedMount): void {
    const along = this.#world.forest.followersOf(placed).filter((one) => this.goesAlong(one));
    for (const one of [placed, ...along]) this.#unmounted.add(one);
  }

  hasEnded(pid: number): boolean {
    return this.#ended.has(pid);
  }

  /** It uses nothing any more, and lives on. */
  leave(pid: number): void {
    this.#ended.add(pid);
  }

  endProcess(pid: number): void {
    const { index } = this.#world;
    this.#ended.add(pid);
    const process = index.process(pid);
    // With the init of a pid namespace all end that are in it.
    if (process && process.pids.length > 1 && process.pids.at(-1) === 1 && isKnown(process.namespaces.pid))
      for (const { pid: other } of index.membersOf('pid', process.namespaces.pid)) this.#ended.add(other);
    this.#empty();
  }

  /** Its engine also takes off what it mounted for it: the root directory, where it lies elsewhere. */
  endWorkload(workload: Workload): void {
    const { index, forest } = this.#world;
    for (const { pid } of index.snapshot.processes) if (index.workloadOf(pid) === workload) this.#ended.add(pid);
    this.#empty();
    for (const namespace of this.#emptied) {
      const root = forest.findAt(namespace, '/');
      if (root?.mount.fsType === 'overlay')
        for (const one of forest.ofDevice(root.mount.device)) this.#unmounted.add(one);
    }
  }

  endNamespace(inode: number): void {
    this.#emptied.add(inode);
  }

  /** Those that something else holds stay. */
  #empty(): void {
    const { index } = this.#world;
    for (const { type, inode, holders } of index.snapshot.namespaces) {
      if (type !== 'mnt' || this.#emptied.has(inode)) continue;
      const members = index.membersOf('mnt', inode);
      const isHeld = holders.some((one) => !('pid' in one) || one.pid === undefined || !this.#ended.has(one.pid));
      if (members.length > 0 && !isHeld && members.every(({ pid }) => this.#ended.has(pid))) this.#emptied.add(inode);
    }
  }
}
