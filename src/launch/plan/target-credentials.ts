// Whose ids the command gets: proc_pid_status(5), user_namespaces(7).
import { readTextFile } from '../../kernel/files/files.ts';
import type { SpawnStep } from '../../kernel/own/spawn.ts';
import { isKnown } from '../../model/snapshot/known.ts';
import { type IdMapLine, parseIdMap } from '../../parse/proc/id-map.ts';
import type { CredentialKind } from './enter-request.ts';
import { LaunchError } from './launch-error.ts';

interface Credentials {
  readonly uid: number;
  readonly gid: number;
  readonly groups: readonly number[];
}

/** A user namespace that is entered, and a process in it, if one is known. */
interface EnteredUser {
  readonly member: number | undefined;
}

/**
 * @param target - the process whose credentials are meant by `target`
 * @param user - undefined where no user namespace is entered
 * @throws LaunchError where the target's ids cannot be read or have no place in that user namespace
 */
export function planCredentials(
  kind: CredentialKind | undefined,
  target: number | undefined,
  user: EnteredUser | undefined,
): SpawnStep[] {
  if (kind === 'caller' || (kind === undefined && !user)) return [];
  if (kind === 'target') return become(readCredentials(target, user !== undefined), user);
  const member = user?.member;
  // Without a map nobody can become root; then the command stays who it is.
  if (kind === undefined && member !== undefined && translate(readMap(member, 'uid_map'), 0, 'inside') === undefined)
    return [];
  return become({ uid: 0, gid: 0, groups: [] }, user);
}

/** Where a map was written without privilege, setgroups(2) is denied for ever; where that is not known it is left. */
function become({ uid, gid, groups }: Credentials, user: EnteredUser | undefined): SpawnStep[] {
  const setgroups = user ? readTextFile(`/proc/${user.member}/setgroups`) : 'allow';
  const denied = !isKnown(setgroups) || setgroups.trim() === 'deny';
  return [...(denied ? [] : [['setgroups', groups] as const]), ['setgid', gid], ['setuid', uid]];
}

function readCredentials(pid: number | undefined, entersUser: boolean): Credentials {
  if (pid === undefined) throw new LaunchError('--credentials target: no TARGET is a process');
  const status = readTextFile(`/proc/${pid}/status`);
  if (!isKnown(status)) throw new LaunchError(`the credentials of process ${pid} cannot be read (${status.errno})`);
  const numbers = (name: string) =>
    (new RegExp(`^${name}:[ \\t]*(.*)$`, 'm').exec(status)?.[1] ?? '').split(/\s+/).filter(Boolean).map(Number);
  // Real, effective, saved, file system.
  const [, uid = 0] = numbers('Uid');
  const [, gid = 0] = numbers('Gid');
  if (!entersUser) return { uid, gid, groups: numbers('Groups') };
  const inside = (id: number, file: 'uid_map' | 'gid_map') => {
    const found = translate(readMap(pid, file), id, 'outside');
    if (found === undefined) throw new LaunchError(`id ${id} of process ${pid} has no place in its user namespace`);
    return found;
  };
  const groups = numbers('Groups').flatMap((group) => translate(readMap(pid, 'gid_map'), group, 'outside') ?? []);
  return { uid: inside(uid, 'uid_map'), gid: inside(gid, 'gid_map'), groups };
}

function readMap(pid: number, file: 'uid_map' | 'gid_map'): readonly IdMapLine[] {
  const text = readTextFile(`/proc/${pid}/${file}`);
  return isKnown(text) ? parseIdMap(text) : [];
}

/** The id inside for one on either side of the map; undefined where it is not mapped. */
function translate(map: readonly IdMapLine[], id: number, side: 'inside' | 'outside'): number | undefined {
  const line = map.find((line) => id >= line[side] && id < line[side] + line.count);
  return line && line.inside + id - line[side];
}
