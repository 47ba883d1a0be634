// The host, and where nscope itself stands on it.
import { hostname, release } from 'node:os';
import type { NamespaceInodes } from '../../model/facts/facts.ts';
import { isKnown, type Known, unknownFromErrno } from '../../model/snapshot/known.ts';
import { namespaceLinks } from '../../model/snapshot/namespace-types.ts';
import type { HostSnapshot } from '../../model/snapshot/schema.ts';
import { nscopeVersion } from '../../model/snapshot/version.ts';
import { parseIdMap } from '../../parse/proc/id-map.ts';
import { type MountLine, parseMountinfo } from '../../parse/proc/mountinfo.ts';
import { parseEffectiveCapabilities, parseNestedPids } from '../../parse/proc/status.ts';
import { MalformedError } from '../../parse/text/malformed.ts';
import { readIdentity, readLink, readTextFile } from '../files/files.ts';
import { clockTicksPerSecond } from '../proc/clock-ticks.ts';

/** Raised where there is no usable /proc: nscope has nothing to read then. */
export class NoProcError extends Error {
  override readonly name = 'NoProcError';
  readonly code = 'NSCOPE_NO_PROC';
  /** Of a command that ends with it. */
  readonly exitStatus = 2;
}

export type HostFacts = Omit<HostSnapshot, 'users' | 'takenAt' | 'durationMs'>;

/** @throws NoProcError when /proc is not a proc file system, or belongs to a pid namespace in which nscope is not */
export function readHost(): HostFacts {
  const self = readLink('/proc/self');
  if (!isKnown(self)) throw new NoProcError(explainNoProc());
  const status = readTextFile('/proc/self/status');
  const namespaces = readOwnLinks();
  return {
    name: hostname(),
    kernel: release(),
    bootId: trimmed(readTextFile('/proc/sys/kernel/random/boot_id')),
    bootedAt: readBootTime(),
    nscopeVersion,
    ticksPerSecond: clockTicksPerSecond,
    vantage: {
      pid: Number(self),
      uid: process.geteuid?.() ?? 0,
      capabilities: (isKnown(status) && parseEffectiveCapabilities(status)) || '0',
      namespaces,
      procPidNamespace: isKnown(status) ? findProcPidNamespace(status, namespaces) : status,
      ...readUnmappedUid(),
    },
  };
}

/** What is wrong with /proc where it does not show nscope, and what to do. */
export function explainNoProc(): string {
  return isKnown(readTextFile('/proc/version'))
    ? '/proc belongs to another pid namespace, in which nscope is not; mount the right one: mount -t proc proc /proc'
    : '/proc is not mounted (or not readable) here, and all that nscope shows is read there; mount it: mount -t proc proc /proc';
}

/** nscope's own number in /proc; undefined where /proc does not show it. */
export function findOwnPid(): number | undefined {
  const self = readLink('/proc/self');
  return isKnown(self) ? Number(self) : undefined;
}

/** DEFAULT_OVERFLOWUID of include/linux/highuid.h, where /proc shows processes alone. */
const usualOverflowUid = 65534;

/** Where the overflow uid is mapped, as in the initial user namespace, it is that of a user as well: nothing tells which. */
function readUnmappedUid(): { readonly unmappedUid?: number } {
  const [map, overflow] = [readTextFile('/proc/self/uid_map'), readTextFile('/proc/sys/kernel/overflowuid')];
  const uid = isKnown(overflow) ? Number.parseInt(overflow, 10) : usualOverflowUid;
  if (!isKnown(map) || Number.isNaN(uid)) return {};
  const isMapped = parseIdMap(map, '/proc/self/uid_map').some(
    ({ inside, count }) => inside <= uid && uid < inside + count,
  );
  return isMapped ? {} : { unmappedUid: uid };
}

/** A process that has one PID in /proc is in the pid namespace that /proc shows; one that has more is in a child of it. */
function findProcPidNamespace(status: string, own: NamespaceInodes): Known<number> {
  const pids = parseNestedPids(status);
  if (pids && pids.length > 1)
    return { unknown: 'unsupported', detail: 'nscope is in a child of the pid namespace that /proc shows' };
  return own.pid;
}

/** The links that this kernel has for nscope's own process; a type that it lacks is `unsupported`. */
function readOwnLinks(): NamespaceInodes {
  const entries = namespaceLinks.map((link) => {
    const identity = readIdentity(`/proc/self/ns/${link}`);
    if (!isKnown(identity))
      return [link, identity.errno === 'ENOENT' ? { ...unknownFromErrno('ENOENT'), unknown: 'unsupported' } : identity];
    return [link, identity.inode];
  });
  return Object.freeze(Object.fromEntries(entries)) as NamespaceInodes;
}

/** Of /proc/uptime, which a time namespace shifts as it shifts the start times of /proc/PID/stat: proc_uptime(5). */
function readBootTime(): Known<string> {
  const text = readTextFile('/proc/uptime');
  if (!isKnown(text)) return text;
  const seconds = Number.parseFloat(text);
  if (Number.isNaN(seconds)) throw new MalformedError('/proc/uptime', 1, 'uptime', text);
  return new Date(Date.now() - seconds * 1000).toISOString();
}

function trimmed(text: Known<string>): Known<string> {
  return isKnown(text) ? text.trim() : text;
}

/** The mount of /proc that nscope reads, or undefined where mountinfo does not show it (a chroot). */
export function readProcMount(): MountLine | undefined {
  const text = readTextFile('/proc/self/mountinfo');
  if (!isKnown(text)) return undefined;
  return parseMountinfo(text).findLast((mount) => mount.mountPoint === '/proc' && mount.fsType === 'proc');
}
