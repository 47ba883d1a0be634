// Which commands, in which order, release a mount or a whole file system. The mounts that go by themselves are followed:
// with an unmount its copies on peers and slaves, with the last process of a mount namespace all of its mounts.
import type { Keeper, MountUse } from '../../model/evidence/mount-use.ts';
import { isKnown } from '../../model/snapshot/known.ts';
import { formatNamespace } from '../../model/snapshot/namespace-types.ts';
import type { Process } from '../../model/snapshot/schema.ts';
import { nameWorkload } from '../listing/workloads.ts';
import { planEnd } from '../release/end-process.ts';
import { planRelease } from '../release/plan-release.ts';
import type { Release } from '../release/release.ts';
import { planStop } from '../release/stop-workload.ts';
import {
  type BusyWorld,
  describePlace,
  isHeldHere,
  listKeepersOf,
  listUsesOf,
  staysWithNamespace,
} from './busy-world.ts';
import type { PlacedMount } from './mount-forest.ts';
import { planRemoval } from './take-apart.ts';
import { planUnmountOf } from './unmount-step.ts';
import { WhatGoes } from './what-goes.ts';

/** One command, or what must happen where there is none. */
export interface ReleaseStep {
  readonly command: string | null;
  /** What it releases, or what must happen. */
  readonly what: string;
  readonly note?: string;
}

export class ReleaseSteps {
  readonly #world: BusyWorld;
  readonly #steps: ReleaseStep[] = [];
  readonly #done = new Set<string>();
  readonly #goes: WhatGoes;
  readonly #entered = new Set<PlacedMount | Keeper | string>();

  constructor(world: BusyWorld) {
    this.#world = world;
    this.#goes = new WhatGoes(world);
  }

  list(): readonly ReleaseStep[] {
    return this.#steps;
  }

  /** Releases a mount: all that lies on it first, then who uses it or a copy that goes along. */
  unmount(placed: PlacedMount): void {
    const { forest } = this.#world;
    if (this.#goes.isGone(placed) || !this.#enter(placed)) return;
    if (staysWithNamespace(placed, forest) || this.#mayBeLocked(placed)) {
      this.#endNamespace(placed);
      return;
    }
    for (const child of forest.childrenOf(placed)) this.unmount(child);
    for (const keeper of listKeepersOf(placed, this.#world)) this.#free(keeper);
    for (const use of listUsesOf(placed, this.#world)) this.#endUse(use);
    if (this.#goes.isGone(placed)) return;
    for (const follower of forest.followersOf(placed))
      if (this.#goes.goesAlong(follower)) {
        for (const keeper of listKeepersOf(follower, this.#world)) this.#free(keeper);
        for (const use of listUsesOf(follower, this.#world)) this.#endUse(use);
      }
    if (this.#goes.isGone(placed)) return;
    const release = planUnmountOf(
      placed,
      this.#world,
      (one) => this.#goes.isGone(one),
      (one) => this.unmount(one),
    );
    if (this.#goes.isGone(placed)) return;
    // Of several mounts on one path each has the same command.
    this.#push(release, `unmounts ${describePlace(placed, this.#world.index)}`);
    this.#goes.unmount(placed);
  }

  /** Releases a super block or a block device: what is made of it, all of its mounts, and what is open in none. */
  freeDevice(device: string): void {
    const { forest, keepers, uses } = this.#world;
    if (!this.#enter(device)) return;
    const root = forest.ofDevice(device).find((one) => isHeldHere(one, this.#world));
    if (root) {
      this.#endNamespace(root);
      return;
    }
    for (const keeper of keepers) if (keeper.on === device) this.#free(keeper);
    const mounts = forest.ofDevice(device).map((placed) => ({ placed, depth: forest.depthOf(placed) }));
    for (const { placed } of mounts.sort((a, b) => b.depth - a.depth)) this.unmount(placed);
    for (const use of uses) if (use.device === device) this.#endUse(use);
  }

  /** What is made of a file or device, and what the kernel itself keeps. */
  #free(keeper: Keeper): void {
    if (!this.#enter(keeper)) return;
    const before = this.#steps.length;
    if (keeper.device !== undefined) this.freeDevice(keeper.device);
    // Its last use gave it back.
    if (keeper.isAutoclear === true && this.#steps.length > before) return;
    const removal = planRemoval(keeper);
    if (removal) this.#add({ release: removal.command }, removal.what);
  }

  #endUse({ pid, kind }: MountUse): void {
    if (this.#goes.hasEnded(pid)) return;
    const { uses } = this.#world;
    const isDirectoryAlone = uses.every((use) => use.pid !== pid || use.kind === 'cwd');
    if (kind === 'cwd' && isDirectoryAlone && this.#isAncestor(pid)) {
      this.#goes.leave(pid);
      this.#add(
        { release: 'cd /' },
        `process ${pid}${this.#name(pid)}, in which nscope was called, leaves the directory`,
      );
      return;
    }
    this.#release(pid);
  }

  /** A workload by its engine's command; else the process. */
  #release(pid: number, why?: string): void {
    if (this.#goes.hasEnded(pid)) return;
    const { index } = this.#world;
    const workload = index.workloadOf(pid);
    const leader = workload?.leader == null ? undefined : index.process(workload.leader);
    const stop = workload && leader && planStop(leader, index, this.#world.release);
    if (workload && stop?.release) {
      this.#add(stop, because(`stops ${nameWorkload(workload)}`, why));
      this.#goes.endWorkload(workload);
    } else {
      this.#add(planEnd(pid, index, this.#world.release), because(`ends process ${pid}${this.#name(pid)}`, why));
      this.#goes.endProcess(pid);
    }
  }

  /** Where a mount cannot be unmounted alone, its mount namespace must end. */
  #endNamespace({ mount, namespace: inode }: PlacedMount): void {
    const { index, release } = this.#world;
    const name = formatNamespace('mnt', inode);
    const namespace = index.namespace('mnt', inode);
    const why = explainStaying({ mount, namespace: inode }, this.#world);
    if (!namespace || isHeldHere({ mount, namespace: inode }, this.#world)) {
      const who = namespace?.initial === true ? 'the host' : 'nscope';
      const stays = `${mount.mountPoint}: ${why} goes only with ${name}, in which ${who} is`;
      this.#add({ release: null }, stays);
      return;
    }
    const note = `${mount.mountPoint}: ${why} goes with ${name}`;
    for (const { pid } of index.membersOf('mnt', inode)) this.#release(pid, note);
    for (const holder of namespace.holders) {
      if ('pid' in holder && holder.pid !== undefined) this.#release(holder.pid);
      else this.#add(planRelease(holder, namespace, index, release), `releases ${name}: ${note}`);
    }
    this.#goes.endNamespace(inode);
  }

  /** What was copied into a mount namespace of another user namespace is locked, and no file says what was. */
  #mayBeLocked({ mount, namespace }: PlacedMount): boolean {
    const room = this.#world.release.rooms.get(namespace);
    return room?.mayBeLocked === true && !room.isOwn && !isKnown(mount.locked);
  }

  /** Whether it is met for the first time. */
  #enter(what: PlacedMount | Keeper | string): boolean {
    if (this.#entered.has(what)) return false;
    this.#entered.add(what);
    return true;
  }

  #isAncestor(pid: number): boolean {
    const { index } = this.#world;
    let one: Process | undefined = index.process(index.snapshot.host.vantage.pid);
    for (let steps = 0; one && steps < maxAncestors; steps++) {
      if (one.pid === pid) return true;
      one = one.ppid === 0 ? undefined : index.process(one.ppid);
    }
    return false;
  }

  #name(pid: number): string {
    const process = this.#world.index.process(pid);
    return process ? ` (${process.comm})` : '';
  }

  /** Each command once. */
  #add({ release, releaseNote }: Release, what: string): void {
    const key = release ?? `${what} ${releaseNote}`;
    if (this.#done.has(key)) return;
    this.#done.add(key);
    this.#push({ release, ...(releaseNote === undefined ? {} : { releaseNote }) }, what);
  }

  #push({ release, releaseNote }: Release, what: string): void {
    this.#steps.push({ command: release, what, ...(releaseNote === undefined ? {} : { note: releaseNote }) });
  }
}

const maxAncestors = 1000;

function explainStaying(placed: PlacedMount, { forest }: BusyWorld): string {
  if (forest.parentOf(placed) === undefined) return 'it is the root of its mount namespace, and';
  return placed.mount.locked === true
    ? 'it is locked, and'
    : 'it may be locked, since its mount namespace is of another user namespace, and';
}

function because(what: string, why: string | undefined): string {
  return why === undefined ? what : `${what}: ${why}`;
}
