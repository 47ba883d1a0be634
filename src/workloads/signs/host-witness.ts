// Whose word the signs on this host are. Asks the kernel who runs a program and which, and who can write to a control
// group; the snapshot says whose the user namespaces are.

import { readTextFile } from '../../kernel/files/files.ts';
import { isGuardedPath, isWritableByOthers } from '../../kernel/files/guarded-path.ts';
import { readTable } from '../../kernel/own/users.ts';
import {
  type CgroupHierarchy,
  type CgroupWriter,
  findOtherWriter,
  readCgroupHierarchies,
} from '../../kernel/process/cgroup-makers.ts';
import { askProcess, type OpenProcess } from '../../kernel/process/process-directory.ts';
import { isKnown } from '../../model/snapshot/known.ts';
import type { Namespace, Process, Snapshot } from '../../model/snapshot/schema.ts';
import { parseIdMap } from '../../parse/proc/id-map.ts';
import { type IdRange, parseSubordinateIds } from '../../parse/text/subordinate-ids.ts';
import { type Authority, type IsProgram, trusted, unknownAuthority, type Witness } from './authority.ts';
import { listWords } from './engine.ts';

export class HostWitness implements Witness {
  readonly #snapshot: Snapshot;
  /** Root and nscope's own user: nobody else's word is taken. */
  readonly #trusted: ReadonlySet<number>;
  readonly #userNamespaces: ReadonlyMap<number, Namespace>;
  readonly #initMounts: number | undefined;
  readonly #programs = new Map<string, Authority>();
  readonly #writers = new Map<string, CgroupWriter | undefined>();
  readonly #subordinates = new Map<number, readonly IdRange[]>();
  #hierarchies: readonly CgroupHierarchy[] | undefined | null = null;

  constructor(snapshot: Snapshot) {
    this.#snapshot = snapshot;
    this.#trusted = new Set([0, snapshot.host.vantage.uid]);
    const users = snapshot.namespaces.filter(({ type }) => type === 'user');
    this.#userNamespaces = new Map(users.map((one) => [one.inode, one]));
    const init = snapshot.processes.find(({ tid }) => tid === 1)?.namespaces.mnt;
    this.#initMounts = init !== undefined && isKnown(init) ? init : undefined;
  }

  ofProcess(process: Process, isProgram: IsProgram): Authority {
    const key = `${process.pid} ${listWords(process).join('\0')}`;
    let found = this.#programs.get(key);
    if (!found) {
      const answer = askProcess(process.pid, (open) => this.#judge(process, open, isProgram));
      found = isKnown(answer) ? answer : this.#judgeBySnapshot(process);
      this.#programs.set(key, found);
    }
    return found;
  }

  /** Nothing of a program is looked at before it is known that root or oneself runs it: its file system may not answer. */
  #judge(process: Process, open: OpenProcess, isProgram: IsProgram): Authority {
    if (open.startTimeTicks !== process.startTimeTicks) return this.#judgeBySnapshot(process);
    // Programs that are set-user-ID can be started by anybody, with any words.
    const uid = open.uids.find((one) => !this.#trusted.has(one));
    if (uid !== undefined) return { trusted: false, uid };
    const root = this.#findRoot(process);
    if (root === undefined) return unknownAuthority;
    const { path, isDeleted } = open.readProgramPath();
    if (!isProgram(path.slice(path.lastIndexOf('/') + 1), listWords(process))) return unknownAuthority;
    // That of an engine that was upgraded since is gone.
    if (!isGuardedPath(path, this.#trusted, { root, mayBeGone: isDeleted })) return unknownAuthority;
    const program = open.readProgram();
    return this.#trusted.has(program.uid) && !isWritableByOthers(program) ? trusted : unknownAuthority;
  }

  #judgeBySnapshot({ uid }: Process): Authority {
    return this.#trusted.has(uid) ? unknownAuthority : { trusted: false, uid };
  }

  /** The root directory of the host's mount namespace, for a process in it and in nscope's user namespace. */
  #findRoot({ namespaces }: Process): string | undefined {
    const own = this.#snapshot.host.vantage.namespaces;
    if (!isKnown(namespaces.user) || namespaces.user !== own.user || !isKnown(namespaces.mnt)) return undefined;
    if (namespaces.mnt === own.mnt) return '';
    return namespaces.mnt === this.#initMounts ? '/proc/1/root' : undefined;
  }

  ofCgroup(path: string, depth: number): Authority {
    if (this.#hierarchies === null) this.#hierarchies = readCgroupHierarchies();
    const parts = path.split('/').filter((part) => part !== '');
    // What lies outside of nscope's own cgroup namespace begins with "..".
    if (!this.#hierarchies || parts.includes('..')) return unknownAuthority;
    let isThere = false;
    // It is not known in which hierarchy the group is, so all that have one of this path have to be sound.
    for (const { version, mountPoint } of this.#hierarchies) {
      const directories = [mountPoint, ...parts.map((_, i) => [mountPoint, ...parts.slice(0, i + 1)].join('/'))];
      const leaf = this.#findWriter(directories.at(-1) ?? mountPoint, version);
      if (leaf === 'absent') continue;
      isThere = true;
      // Version 2 lets nobody in from outside who may not write to what lies above; version 1 asks of the group alone.
      const asked = version === 2 ? directories.slice(0, depth) : directories;
      const writer = asked.map((directory) => this.#findWriter(directory, version)).find((one) => one !== undefined);
      if (typeof writer === 'number') return { trusted: false, uid: writer };
      if (writer !== undefined) return unknownAuthority;
    }
    return isThere ? trusted : unknownAuthority;
  }

  #findWriter(directory: string, version: CgroupHierarchy['version']): CgroupWriter | undefined {
    if (!this.#writers.has(directory)) this.#writers.set(directory, findOtherWriter(directory, version, this.#trusted));
    return this.#writers.get(directory);
  }

  isOfUser(process: Process, uid: number): boolean {
    const { user } = process.namespaces;
    // Where the link is refused the id is all that can be told by.
    if (!isKnown(user)) return process.uid === uid || this.#isSubordinate(process.uid, uid);
    if (user === this.#snapshot.host.vantage.namespaces.user) return process.uid === uid;
    if (!this.#descends(user, uid)) return process.uid === uid && this.#mapsNobodyElse(process, uid);
    return process.uid === uid || this.#isSubordinate(process.uid, uid);
  }

  #isSubordinate(id: number, uid: number): boolean {
    let ranges = this.#subordinates.get(uid);
    if (!ranges) {
      const text = readTable('/etc/subuid');
      const name = this.#snapshot.host.users[uid];
      ranges = isKnown(text) ? parseSubordinateIds(text, uid, name) : [];
      this.#subordinates.set(uid, ranges);
    }
    return ranges.some(({ start, count }) => id >= start && id < start + count);
  }

  /** Whether a user namespace is one that this user made, or below one. */
  #descends(inode: number, uid: number): boolean {
    const seen = new Set<number>();
    for (let at: number | undefined = inode; at !== undefined && !seen.has(at); ) {
      seen.add(at);
      const namespace = this.#userNamespaces.get(at);
      if (!namespace || namespace.initial === true) return false;
      if (namespace.ownerUid === uid) return true;
      at = namespace.parent !== undefined && isKnown(namespace.parent) ? (namespace.parent ?? undefined) : undefined;
    }
    return false;
  }

  /** A program that is set-user-ID, such as firejail, makes the user namespace as root, with its user alone in it. */
  #mapsNobodyElse({ pid }: Process, uid: number): boolean {
    const text = readTextFile(`/proc/${pid}/uid_map`);
    const lines = isKnown(text) ? parseIdMap(text) : [];
    return lines.length > 0 && lines.every(({ outside, count }) => outside === uid && count === 1);
  }
}
