// What a page tells of pid namespaces alone: whether it lives, what reaches its init, what nobody has waited for, whose
// /proc it has, and what keeps it when it is dead.

import { hasNoInit, judgePidNamespace, type PidNamespaceState } from '../../analysis/graph/pid-namespace-life.ts';
import type { SnapshotIndex } from '../../analysis/graph/snapshot-index.ts';
import { describeCommand } from '../../analysis/release/command.ts';
import { findHolders, type HeldBy } from '../../analysis/release/find-holders.ts';
import type { PidNamespaceInit, SignalDispositions } from '../../model/evidence/pid-namespace-init.ts';
import type { ReleaseEvidence } from '../../model/evidence/release-evidence.ts';
import { nameSignal } from '../../model/names/signal-names.ts';
import { isKnown } from '../../model/snapshot/known.ts';
import { formatNamespace } from '../../model/snapshot/namespace-types.ts';
import type { Namespace, Process } from '../../model/snapshot/schema.ts';
import { escapeText } from '../words/escape.ts';
import { formatKnown, formatUnknown } from '../words/unknown.ts';
import type { LiveDetails } from './show-namespace.ts';
import { alignRows, type PageItem } from './show-page.ts';

/** No more zombies and holders than this; --json has all. */
const maxRows = 10;

const states: Readonly<Record<PidNamespaceState, string>> = {
  alive: 'it has its init',
  dead: 'dead: its init has ended, and no process can be born in it any more',
  unborn: 'it waits for its first child, which will be its init',
  'no-init':
    'it has no init: its first child was not born yet, or has ended; which of both is known on Linux 6.18 or later by BPF (root)',
  unknown: 'not known: its init may be out of sight',
};

export function describePidNamespaceState(state: PidNamespaceState): string {
  return states[state];
}

/** @param live - without an init where it was not read: of a snapshot from a file, or where there is none */
export function describePidNamespace(
  namespace: Namespace,
  index: SnapshotIndex,
  { init, firstChild }: Pick<LiveDetails, 'init' | 'firstChild'>,
  evidence: ReleaseEvidence | undefined,
): PageItem[] {
  const { state, zombies } = judgePidNamespace(namespace, index, firstChild);
  return [
    { label: 'state', lines: [describePidNamespaceState(state)] },
    ...(state === 'alive' && init ? describeReach(namespace, init) : []),
    {
      label: 'zombies',
      lines: zombies.length > 0 ? formatZombies(zombies, index) : ['none'],
      rows: zombies.length > 0,
    },
    ...(state === 'alive' && init ? [describeProc(namespace, init)] : []),
    ...(hasNoInit(state) ? [describePins(namespace, index, evidence)] : []),
  ];
}

/** pid_namespaces(7): from inside what the init handles or keeps blocked; from outside SIGKILL and SIGSTOP as well. */
function describeReach(namespace: Namespace, { signals }: PidNamespaceInit): PageItem[] {
  if (!isKnown(signals)) return [{ label: 'signals', lines: [formatUnknown(signals)] }];
  const { handled, blocked, ignored } = findReaching(signals);
  const parts = [
    ...(handled.length > 0 ? [listNames(handled)] : []),
    ...(blocked.length > 0 ? [`${listNames(blocked)} (blocked: kept until it takes them)`] : []),
  ];
  const inside = parts.length > 0 ? parts.join('; ') : 'none: it handles no signal';
  const outside =
    namespace.initial === true
      ? 'there is no outside'
      : parts.length > 0
        ? 'the same, and SIGKILL and SIGSTOP, which are forced upon it'
        : 'SIGKILL and SIGSTOP, which are forced upon it';
  return [
    { label: 'from inside', lines: [inside], maxLines: 6 },
    { label: 'from outside', lines: [outside] },
    ...(ignored.length > 0 ? [{ label: 'it ignores', lines: [listNames(ignored)], maxLines: 6 }] : []),
  ];
}

/** Of those that are blocked, what is also handled is said once. */
function findReaching({ handled, blocked, ignored }: SignalDispositions): SignalDispositions {
  return {
    handled,
    ignored,
    blocked: blocked.filter((signal) => !handled.includes(signal) && !ignored.includes(signal)),
  };
}

function listNames(signals: readonly number[]): string {
  return signals.map(nameSignal).join(' ');
}

function formatZombies(zombies: readonly Process[], index: SnapshotIndex): string[] {
  const rows = zombies.slice(0, maxRows).map(({ pid, comm, ppid }) => {
    const parent = index.process(ppid);
    return [
      String(pid),
      escapeText(comm),
      `not waited for by ${ppid}${parent ? ` ${escapeText(describeCommand(parent))}` : ''}`,
    ];
  });
  return [...alignRows(rows, [0]), ...(zombies.length > maxRows ? [`… ${zombies.length - maxRows} more: --json`] : [])];
}

function describeProc({ inode }: Namespace, { procShows }: PidNamespaceInit): PageItem {
  const line = formatKnown(procShows, (shown) =>
    shown === inode
      ? 'that of its init shows this namespace'
      : `that of its init shows ${formatNamespace('pid', shown)}: ps in there lists what is in that one`,
  );
  return { label: '/proc', lines: [line] };
}

function describeRelease({ release, releaseNote }: HeldBy): string {
  if (release === undefined) return '';
  return escapeText(release === null ? (releaseNote ?? '') : `release: ${release}`);
}

function describePins(namespace: Namespace, index: SnapshotIndex, evidence: ReleaseEvidence | undefined): PageItem {
  const holders = findHolders(index, namespace, evidence);
  const rows = holders
    .slice(0, maxRows)
    .map((holder) => [
      holder.kind,
      escapeText(holder.path ?? (holder.pid === undefined ? '' : String(holder.pid))),
      escapeText(holder.what),
      describeRelease(holder),
    ]);
  const lines = holders.length === 0 ? ['nothing that was seen'] : alignRows(rows);
  if (holders.length > maxRows) lines.push(`… ${holders.length - maxRows} more: nscope holders`);
  return { label: 'pinned by', lines, rows: holders.length > 0 };
}
