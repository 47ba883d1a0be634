// The mounts of one mount namespace as they were told last, and the events that lead from there to what is read now.
import { readMountTables, type TableQuestion } from '../../kernel/mounts/mount-tables.ts';
import { compareThings, findDifference } from '../../model/live/compare-things.ts';
import type { EventNamespace, EventProcess, Former } from '../../model/live/events.ts';
import { isKnown, type Known, notAsked, type Unknown, unknownFromErrno } from '../../model/snapshot/known.ts';
import { namespaceTypeFacts } from '../../model/snapshot/namespace-types.ts';
import type { Mount } from '../../model/snapshot/schema.ts';
import type { ContentsHost } from './contents-host.ts';
import { listMembers, listPaths } from './find-ways.ts';

/** It was attached and detached before anybody could look. */
const gone: Unknown = unknownFromErrno('ENOENT');

export class MountTable {
  readonly namespace: EventNamespace;
  /** Whether mounts in it may be locked, as kernel/mounts/describe-mount.ts has it. */
  readonly mayBeLocked: boolean;
  readonly #host: ContentsHost;
  /** By 64-bit id, else by what tells it from a later one with the same number. */
  #mounts = new Map<string, Mount>();
  /** Ids of those that had gone before they could be read, of whose end the kernel has yet to tell. */
  readonly #unread = new Set<string>();
  #refused: Unknown | undefined = notAsked;

  constructor(namespace: EventNamespace, host: ContentsHost) {
    this.namespace = namespace;
    this.#host = host;
    this.mayBeLocked = namespace.owner !== namespaceTypeFacts.user.initialInode;
  }

  get mounts(): Known<readonly Mount[]> {
    return this.#refused ?? [...this.#mounts.values()];
  }

  /** Reads all. @returns how many events tell of what is otherwise, or why it could not be read */
  read(isFirst = false): Known<number> {
    const fresh = this.#list();
    if (!isKnown(fresh)) {
      if (isFirst || fresh.unknown !== 'gone') this.#refused = fresh;
      return fresh;
    }
    this.#refused = undefined;
    const changes = isFirst ? [] : compareThings(this.#mounts, fresh);
    this.#mounts = fresh;
    for (const { kind, thing, was } of changes) this.#tell(kind, thing.id ?? null, thing, null, was);
    const unread = [...this.#unread];
    this.#unread.clear();
    for (const id of unread) if (!fresh.has(id)) this.#tell('removed', id, gone, null);
    return changes.length + unread.length;
  }

  /** Reads where the mounts are now. What came or went has an event of the kernel's, which also has the process. */
  readPlaces(): void {
    const fresh = this.#list();
    if (!isKnown(fresh)) return;
    for (const { kind, key, thing, was } of compareThings(this.#mounts, fresh)) {
      if (kind !== 'changed') continue;
      this.#mounts.set(key, thing);
      this.#tell(kind, thing.id ?? null, thing, null, was);
    }
  }

  #list(): Known<Map<string, Mount>> {
    const [reading] = readMountTables([this.#makeQuestion()]);
    if (!reading) return notAsked;
    if (!isKnown(reading.mounts)) return reading.mounts;
    const ids = new Set(reading.mounts.map(({ id }) => id));
    return new Map(reading.mounts.map((mount) => [keyOf(mount), leaveOutHiddenParent(mount, ids)]));
  }

  /** The kernel said that it was attached; `described` is undefined where it has gone already. */
  attach(id: string, described: Mount | undefined, process: EventProcess | null): void {
    const before = this.#mounts.get(id);
    const mount = described && leaveOutHiddenParent(described, this.#mounts);
    if (mount) this.#mounts.set(id, mount);
    else if (!before) this.#unread.add(id);
    if (!before) this.#tell('added', id, mount ?? gone, process);
    const was = before && mount ? findDifference(before, mount) : undefined;
    if (mount && was) this.#tell('changed', id, mount, process, was);
  }

  /**
   * Of one that a reading has found gone that is told already. One that was never told of had gone before the first reading,
   * or lies below the root, where no list has it.
   */
  detach(id: string, process: EventProcess | null): void {
    const mount = this.#mounts.get(id);
    if (mount || this.#unread.delete(id)) this.#tell('removed', id, mount ?? gone, process);
    this.#mounts.delete(id);
  }

  /** The mount namespace has ended: what is left in it has gone with it. */
  end(): void {
    for (const mount of this.#mounts.values()) this.#tell('removed', mount.id ?? null, mount, null);
    this.#mounts.clear();
  }

  #tell(
    kind: keyof typeof words,
    mountId: string | null,
    mount: Known<Mount>,
    process: EventProcess | null,
    was?: Former<Mount>,
  ): void {
    const { namespace } = this;
    this.#host.emit({ event: words[kind], namespace, mountId, mount, ...(was ? { was } : {}), process });
  }

  #makeQuestion(): TableQuestion {
    const { state, own } = this.#host;
    const { inode, id } = this.namespace;
    const isOwn = inode === own.mnt;
    const members = listMembers(state, 'mnt').get(inode) ?? [];
    return {
      inode,
      id: id ?? undefined,
      own: isOwn,
      pids: isOwn ? [process.pid, ...members] : members,
      paths: listPaths(state, this.namespace, own.mnt),
      mayBeLocked: this.mayBeLocked,
    };
  }
}

const words = { added: 'mounted', removed: 'unmounted', changed: 'remounted' } as const;

/** A reused number is another mount where what is mounted is another thing. */
function keyOf({ id, oldId, device, root, fsType }: Mount): string {
  return id ?? `${oldId} ${device} ${fsType} ${root}`;
}

/** The root lies on a mount that no list has: statmount(2) tells its id, a reading of mountinfo does not. */
function leaveOutHiddenParent(mount: Mount, listed: { has(id: string | undefined): boolean }): Mount {
  if (mount.mountPoint !== '/' || mount.parent === undefined || listed.has(mount.parent)) return mount;
  const { parent: _, ...rest } = mount;
  return rest;
}
