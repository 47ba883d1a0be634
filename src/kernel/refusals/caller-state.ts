// The state of a process that asks the kernel for namespaces: all of /proc/PID that a refusal may depend on.
import type { CallerState } from '../../model/evidence/refusal-evidence.ts';
import { isKnown, type Known, type Unknown } from '../../model/snapshot/known.ts';
import { type NamespaceType, namespaceTypeFacts } from '../../model/snapshot/namespace-types.ts';
import type { IdMapping } from '../../model/snapshot/schema.ts';
import { parseIdMap } from '../../parse/proc/id-map.ts';
import { parseMountinfo } from '../../parse/proc/mountinfo.ts';
import { parseEffectiveGid, parseThreadCount } from '../../parse/proc/status.ts';
import { attempt, readIdentity, readTextFile } from '../files/files.ts';
import { closeNamespace, nsGetParent, nsGetUserns, type OpenNamespace, openNamespace } from '../nsfs/nsfs.ts';
import { readCredentials } from '../process/process-security.ts';
import { findSeenMounts } from './seen-mounts.ts';

const notShown: Unknown = Object.freeze({ unknown: 'unsupported', detail: '/proc does not show it' });
const outOfSight: Unknown = Object.freeze({ unknown: 'denied', detail: 'the namespaces above are out of sight' });

/** More than the kernel lets user namespaces nest. */
const deepest = 64;

/**
 * Reads it while the process stands still: after a call that the kernel refused, or before one that is tried.
 * @param pid - as /proc has it, or `self`
 * @returns the state, or why the process cannot be looked at
 */
export function readCallerState(pid: number | 'self'): Known<CallerState> {
  const status = readTextFile(`/proc/${pid}/status`);
  if (!isKnown(status)) return status;
  const credentials = readCredentials(pid);
  if (!isKnown(credentials)) return credentials;
  const [, euid = 0] = credentials.uids;
  const egid = parseEffectiveGid(status) ?? euid;
  const { noNewPrivs, seccomp, seccompFilters, capabilities } = credentials;
  const own = readIdentity(`/proc/${pid}/ns/user`);
  const readers = readIdentity('/proc/self/ns/user');
  const side = isKnown(own) && isKnown(readers) && own.inode === readers.inode ? 'inside' : 'outside';
  const [uidMap, gidMap] = [readMap(pid, 'uid_map'), readMap(pid, 'gid_map')];
  const mountinfo = readTextFile(`/proc/${pid}/mountinfo`);
  const mounts = isKnown(mountinfo) ? parseMountinfo(mountinfo) : mountinfo;
  const setgroups = readTextFile(`/proc/${pid}/setgroups`);
  return {
    ...{ euid, egid, effective: capabilities.effective, noNewPrivs, seccomp, seccompFilters },
    label: readLabel(pid),
    userNamespace: isKnown(own) ? own.inode : own,
    depth: countDepth(pid, 'user'),
    pidDepth: countDepth(pid, 'pid'),
    ...{ uidMap, gidMap, uidMapped: isMapped(uidMap, euid, side), gidMapped: isMapped(gidMap, egid, side) },
    setgroups: isKnown(setgroups) ? setgroups.trim() : setgroups,
    rootIsMount: isKnown(mounts) ? mounts.some(({ mountPoint }) => mountPoint === '/') : mounts,
    mounts: isKnown(mounts) ? findSeenMounts(mounts) : mounts,
    mountPoints: isKnown(mounts) ? mounts.map(({ mountPoint }) => mountPoint) : mounts,
    owners: readOwners(pid),
    threads: parseThreadCount(status) ?? notShown,
  };
}

function readMap(pid: number | 'self', file: 'uid_map' | 'gid_map'): Known<IdMapping[]> {
  const text = readTextFile(`/proc/${pid}/${file}`);
  return isKnown(text) ? parseIdMap(text, `/proc/${pid}/${file}`) : text;
}

/** A map shows the outer ids as its reader has them, and status the uid: inside of one's own, outside of one below. */
function isMapped(map: Known<readonly IdMapping[]>, id: number, side: 'inside' | 'outside'): Known<boolean> {
  return isKnown(map) ? map.some((range) => id >= range[side] && id < range[side] + range.count) : map;
}

function readLabel(pid: number | 'self'): Known<string> {
  const text = readTextFile(`/proc/${pid}/attr/current`);
  if (!isKnown(text)) return text.errno === 'EINVAL' ? notShown : text;
  return text.replace(/[\0\n]+$/, '');
}

/** Known only where the way up ends at the namespace of the boot. */
function countDepth(pid: number | 'self', type: 'user' | 'pid'): Known<number> {
  let here = attempt(() => openNamespace(`/proc/${pid}/ns/${type}`));
  for (let depth = 0; depth < deepest; depth++) {
    if (!isKnown(here)) return depth === 0 ? here : outOfSight;
    const { inode } = here;
    const above: Known<OpenNamespace> = climb(here);
    if (inode === namespaceTypeFacts[type].initialInode) {
      if (isKnown(above)) closeNamespace(above);
      return depth;
    }
    here = above;
  }
  if (isKnown(here)) closeNamespace(here);
  return outOfSight;
}

function climb(open: OpenNamespace): Known<OpenNamespace> {
  const above = attempt(() => nsGetParent(open.fd));
  closeNamespace(open);
  return above;
}

function readOwners(pid: number | 'self'): CallerState['owners'] {
  const owners: Partial<Record<NamespaceType, Known<number>>> = {};
  for (const type of ['mnt', 'pid', 'net', 'ipc', 'cgroup', 'uts'] as const) {
    const open = attempt(() => openNamespace(`/proc/${pid}/ns/${type}`));
    if (!isKnown(open)) {
      owners[type] = open;
      continue;
    }
    const owner = attempt(() => nsGetUserns(open.fd));
    closeNamespace(open);
    if (isKnown(owner)) closeNamespace(owner);
    owners[type] = isKnown(owner) ? owner.inode : owner;
  }
  return owners;
}
