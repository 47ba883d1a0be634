// Holds what a snapshot says of a namespace's holders against the truth: none that is named is false, and where it says that
// it looked everywhere none is missing.
import { type HolderKind, holderKindFacts } from '../../src/model/snapshot/holder-kinds.ts';
import { isKnown } from '../../src/model/snapshot/known.ts';
import type { Holder, Namespace, Snapshot } from '../../src/model/snapshot/schema.ts';
import { expectationOf } from '../hiding/expectations.ts';
import { isWithin, type Ledger, type Reason, type Space } from './ledger.ts';
import type { Vantage } from './vantages.ts';

const taskKinds: ReadonlySet<string> = new Set(['process', 'thread', 'for-children']);

export function* findLies(
  ledger: Ledger,
  space: Space,
  reasons: readonly Reason[],
  row: Namespace,
  snapshot: Snapshot,
  vantage: Vantage,
): Generator<string> {
  for (const holder of row.holders)
    if (holder.kind !== 'kernel' && !isTrue(ledger, space, reasons, holder, vantage))
      yield `is said to be held by ${JSON.stringify(holder)}, and is not`;
  for (const { name, path } of row.names)
    if (!reasons.some(({ hold }) => hold?.path === path)) yield `is said to be called ${name} by ${path}, and is not`;
  const unseen = new Set<HolderKind>(snapshot.coverage.unseenHolders.map(({ kind }) => kind));
  const kernel = row.holders.find((holder) => holder.kind === 'kernel');
  for (const [kind, most] of countByKind(reasons)) {
    const shown = row.holderCounts[kind] ?? 0;
    const ended = reasons.filter(
      (reason) => reason.kind === kind && reason.worker && reason.worker.life !== 'alive',
    ).length;
    const plural = holderKindFacts.find((facts) => facts.kind === kind)?.plural ?? '';
    if (kernel?.ruledOut.includes(plural)) yield `${plural} are ruled out, and ${most} hold it`;
    const wanted = !unseen.has(kind) || (vantage.allHolders && isShown(space, reasons, kind, vantage));
    const least =
      leastOf(kind, reasons, vantage) - reasons.filter((reason) => reason.kind === kind && isOwn(reason, space)).length;
    if (wanted && shown < least) yield `${most} holders of the kind ${kind} are there, and ${shown} are named`;
    // Whose mounts are copied elsewhere is counted there as well.
    if (!isUnaccounted(kind, space.type) && shown > most + ended && kind !== 'credentials' && kind !== 'bind-mount')
      yield `${shown} holders of the kind ${kind} are named, and ${most} are there`;
  }
}

/** What every process that goes to other namespaces may leave to those it came from. */
const ownKinds: ReadonlySet<HolderKind> = new Set(['mapping', 'directory', 'program']);

/** Of what the worlds keep no account: those, and the process in whose directory of /proc a file lies. */
function isUnaccounted(kind: HolderKind, type: Space['type']): boolean {
  return ownKinds.has(kind) || (kind === 'proc-file' && type === 'pid');
}

/** What has ended and was not waited for may be counted or not. */
function countByKind(reasons: readonly Reason[]): Map<HolderKind, number> {
  const counts = new Map<HolderKind, number>();
  for (const { kind, worker } of reasons)
    if (!worker || worker.life === 'alive') counts.set(kind, (counts.get(kind) ?? 0) + 1);
  return counts;
}

/** Mounts of one mount namespace whose paths could not be read are one holder. */
function leastOf(kind: HolderKind, reasons: readonly Reason[], { allHolders }: Vantage): number {
  const ofKind = reasons.filter((reason) => reason.kind === kind && (!reason.worker || reason.worker.life === 'alive'));
  return kind === 'bind-mount' && !allHolders ? new Set(ofKind.map(({ through }) => through)).size : ofKind.length;
}

/** What a process's files keep is not named where the process is in that namespace itself: docs/hiding-places.md. */
function isOwn({ kind, worker, hold }: Reason, space: Space): boolean {
  return (
    hold !== undefined &&
    worker?.in[space.type] === space.space &&
    ['socket', 'credentials', 'proc-file', 'pidfd'].includes(kind)
  );
}

/** Whether the sight must show all holders of a kind. */
function isShown({ type }: Space, reasons: readonly Reason[], kind: HolderKind, { sight }: Vantage): boolean {
  if (sight === undefined || sight === 'nobody' || kind === 'child' || kind === 'owned') return false;
  return reasons
    .filter((reason) => reason.kind === kind)
    .every(
      ({ place }) =>
        place !== '' && expectationOf({ place, type }, sight).holders.includes(kind) && byItself(kind, place, sight),
    );
}

/** Without BPF what a list of the kernel leads to has no holder. */
function byItself(kind: HolderKind, place: string, sight: string): boolean {
  if (sight === 'proc' && place === 'for-children-unborn') return false;
  return sight !== 'proc' || taskKinds.has(kind) || ['fd', 'socket', 'bind-mount'].includes(kind);
}

function isTrue(ledger: Ledger, space: Space, reasons: readonly Reason[], holder: Holder, vantage: Vantage): boolean {
  if (holder.kind === 'kernel' || holder.kind === 'process-mount' || isUnaccounted(holder.kind, space.type))
    return true;
  if (holder.kind === 'file-system') return isRoom(ledger, space, holder);
  if (holder.kind === 'bind-mount')
    return reasons.some(({ hold, through }) => {
      if (hold?.path === undefined || (isKnown(holder.path) && holder.path !== hold.path)) return false;
      // What is mounted in a shared directory of the host goes on to others there.
      return (
        !isKnown(holder.mountNamespace) || holder.mountNamespace === through?.inode || hold.path.startsWith('/run/')
      );
    });
  // Below the initial pid namespace the queues of all sockets are seen, and not who has them open.
  if (holder.kind === 'in-flight' && holder.pid === undefined && !vantage.hostNumbers)
    return reasons.some(({ kind }) => kind === 'in-flight');
  if (!vantage.hostNumbers) return false;
  return reasons.some(
    ({ kind, hold, worker }) =>
      kind === holder.kind && worker?.pid === holder.pid && hold?.fd === ('fd' in holder ? holder.fd : undefined),
  );
}

/** A worker's tmpfs belongs to the user namespace of the mount namespace in which it was mounted, also where that was copied. */
function isRoom(
  ledger: Ledger,
  space: Space,
  { path, mountNamespace }: Extract<Holder, { kind: 'file-system' }>,
): boolean {
  if (space.type !== 'user' || (isKnown(path) && path !== '/mnt')) return false;
  return ledger.spaces.some(
    ({ type, inode, owner }) =>
      type === 'mnt' && (!isKnown(mountNamespace) || inode === mountNamespace) && isWithin(ledger, owner, space.space),
  );
}
