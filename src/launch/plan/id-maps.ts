// The id maps of a new user namespace: user_namespaces(7), subuid(5), newuidmap(1).
import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { readErrnoName } from '../../kernel/addon/syscall-error.ts';
import { readTable, readUserNames } from '../../kernel/own/users.ts';
import { isKnown } from '../../model/snapshot/known.ts';
import type { IdMapLine } from '../../parse/proc/id-map.ts';
import { type IdRange, parseSubordinateIds } from '../../parse/text/subordinate-ids.ts';
import { LaunchError } from './launch-error.ts';
import type { MapRequest } from './run-request.ts';
import { cutOverlaps, spreadIds } from './subordinate-ids.ts';

interface IdMaps {
  readonly uids: readonly IdMapLine[];
  readonly gids: readonly IdMapLine[];
}

/** @throws LaunchError where /etc/subuid or /etc/subgid gives the caller nothing */
export function chooseMaps(request: Exclude<MapRequest, { readonly kind: 'none' }>): IdMaps {
  const [euid, egid] = [process.geteuid?.() ?? 0, process.getegid?.() ?? 0];
  if (request.kind === 'one')
    return {
      uids: [{ inside: request.uid, outside: euid, count: 1 }],
      gids: [{ inside: request.gid, outside: egid, count: 1 }],
    };
  return {
    uids: spreadIds(request.uid, euid, findSubordinate('/etc/subuid', euid, euid)),
    gids: spreadIds(request.gid, egid, findSubordinate('/etc/subgid', euid, egid)),
  };
}

/** All ranges of the user, by name or by number, each id once. @throws LaunchError where there is none */
function findSubordinate(file: string, uid: number, own: number): readonly IdRange[] {
  const name = readUserNames().get(uid);
  const text = readTable(file);
  const ranges = cutOverlaps(isKnown(text) ? parseSubordinateIds(text, uid, name) : [], own);
  if (ranges.length > 0) return ranges;
  const me = name === undefined ? `uid ${uid}` : `${name} (uid ${uid})`;
  throw new LaunchError(
    `--map-auto: ${file} gives no ids to ${me}; root adds some with: usermod --add-sub${file.slice(8, 9)}ids 100000-165535 ${name ?? 'NAME'}`,
  );
}

/**
 * Writes the maps of a process that has just made its user namespace.
 * @throws LaunchError with what was refused
 */
export function writeMaps(pid: number, maps: IdMaps): void {
  const subordinate = maps.uids.length > 1 || maps.gids.length > 1;
  if (subordinate && process.geteuid?.() !== 0) {
    runMapProgram('newgidmap', pid, maps.gids);
    runMapProgram('newuidmap', pid, maps.uids);
    return;
  }
  writeGroups(pid, maps.gids);
  writeMap(`/proc/${pid}/uid_map`, maps.uids);
}

/** Without CAP_SETGID outside, groups can only be mapped once setgroups(2) is given up. */
function writeGroups(pid: number, gids: readonly IdMapLine[]): void {
  const file = `/proc/${pid}/gid_map`;
  try {
    writeFileSync(file, formatMap(gids));
  } catch (error) {
    if (readErrnoName(error) !== 'EPERM') throw refused(file, gids, error);
    try {
      writeFileSync(`/proc/${pid}/setgroups`, 'deny');
    } catch (cause) {
      throw new LaunchError(`/proc/${pid}/setgroups refused "deny" (${readErrnoName(cause)})`, { cause });
    }
    writeMap(file, gids);
  }
}

function writeMap(file: string, lines: readonly IdMapLine[]): void {
  try {
    writeFileSync(file, formatMap(lines));
  } catch (error) {
    throw refused(file, lines, error);
  }
}

function refused(file: string, lines: readonly IdMapLine[], cause: unknown): LaunchError {
  const errno = readErrnoName(cause);
  const why =
    errno === 'EPERM'
      ? 'an id outside is not mapped in the user namespace that nscope is in, or may not be used without CAP_SETUID and CAP_SETGID there'
      : 'the kernel does not accept it';
  return new LaunchError(
    `${file} refused the map "${formatMap(lines).trim().replaceAll('\n', ', ')}" (${errno}): ${why}`,
    { cause },
  );
}

function formatMap(lines: readonly IdMapLine[]): string {
  return lines.map(({ inside, outside, count }) => `${inside} ${outside} ${count}\n`).join('');
}

function runMapProgram(program: 'newuidmap' | 'newgidmap', pid: number, lines: readonly IdMapLine[]): void {
  const numbers = lines.flatMap(({ inside, outside, count }) => [inside, outside, count].map(String));
  const { error, status, stderr } = spawnSync(program, [String(pid), ...numbers], { encoding: 'utf8' });
  if (error)
    throw new LaunchError(
      `--map-auto needs the program ${program} (${readErrnoName(error)}); Debian has it in the package uidmap`,
      { cause: error },
    );
  if (status !== 0) throw new LaunchError(`${program} refused the map: ${stderr.trim()}`);
}
