// What findings say of a namespace without a process: since when it is there, who made it, what holds it.
import { isKnown } from '../../model/snapshot/known.ts';
import { formatNamespace } from '../../model/snapshot/namespace-types.ts';
import type { Namespace } from '../../model/snapshot/schema.ts';
import type { SnapshotIndex } from '../graph/snapshot-index.ts';
import { describeUser } from '../release/command.ts';
import { findHolders, type HeldBy } from '../release/find-holders.ts';
import { describeAge } from './describe-age.ts';

/** More holders than these are counted, not listed. */
const maxListed = 5;

/** Since when it has been held, in ms before `takenAtMs`; undefined where nothing tells. */
export function measureAge({ openSince }: Pick<Namespace, 'openSince'>, takenAtMs: number): number | undefined {
  return openSince === undefined ? undefined : takenAtMs - Date.parse(openSince);
}

/** @param ageMs - where it is known */
export function describeOrigin({ ownerUid }: Namespace, index: SnapshotIndex, ageMs: number | undefined): string[] {
  const owner = isKnown(ownerUid)
    ? `made by user ${describeUser(index.snapshot.host.users, ownerUid)}, who made the user namespace that owns it`
    : 'who made it is not known';
  return [ageMs === undefined ? 'since when is not known' : `there for ${describeAge(ageMs)} at least`, owner];
}

export function describeHolders(namespace: Namespace, index: SnapshotIndex): string[] {
  const held = findHolders(index, namespace);
  const lines = held.slice(0, maxListed).map((one) => `held by ${describeHolder(one)}`);
  return held.length > maxListed ? [...lines, `and by ${held.length - maxListed} more`] : lines;
}

function describeHolder({ kind, what, pid, fd, path, namespace }: HeldBy): string {
  const who = pid === undefined ? what : `process ${pid} (${what})${fd === undefined ? '' : `, descriptor ${fd}`}`;
  const where = path === undefined ? '' : ` on ${path}`;
  const around = namespace === undefined ? '' : ` in ${namespace}`;
  return `${pid === undefined ? '' : `${kind} of `}${who}${where}${around}`;
}

/** The command that lists all that holds a namespace, with what releases each. */
export function nameHoldersCommand({ type, inode }: Pick<Namespace, 'type' | 'inode'>): string {
  return `nscope holders '${formatNamespace(type, inode)}'`;
}
