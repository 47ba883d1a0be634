// What nscope must find on which kernel: every pair of hiding place and type of the test bed, in one table.

import type { HolderKind } from '../../src/model/snapshot/holder-kinds.ts';
import type { BedNamespace } from '../bed/bed.ts';
import { isLinuxSince } from '../kernels/release.ts';

/**
 * How far a kernel lets nscope see. `lists`: BPF over the kernel's own lists (6.18). `tables`: BPF over super blocks,
 * files and tasks (6.1), of which `files` and `mounts` are a part: files and tasks, or super blocks. `proc`: what /proc shows and the addon can enter.
 */
export type Sight = 'lists' | 'tables' | 'files' | 'mounts' | 'proc';

export function sightOfKernel(): 'lists' | 'tables' | 'proc' {
  if (isLinuxSince(6, 18)) return 'lists';
  return isLinuxSince(6, 1) ? 'tables' : 'proc';
}

interface Expectation {
  /** The kinds of holders, one of which must be named where the namespace is found. */
  readonly holders: readonly HolderKind[];
  /** The same without BPF, where those are others. */
  readonly withoutBpf?: readonly HolderKind[];
  /** The sights that find it; with types where not all are found. */
  readonly foundBy: Partial<Record<Sight, true | readonly string[]>>;
}

const everywhere = { lists: true, tables: true, proc: true } as const;
const byBpf = { lists: true, tables: true } as const;

const hasMappings = isLinuxSince(6, 7);
const byMapping: Expectation['foundBy'] = hasMappings ? byBpf : { lists: true };

/** By place of the bed. A place that is missing here fails the suite: nothing is passed over in silence. */
export const expectations: Readonly<Record<string, Expectation>> = {
  process: { holders: ['process'], foundBy: everywhere },
  thread: { holders: ['thread'], foundBy: everywhere },
  'thread-leader-exited': { holders: ['thread', 'process'], foundBy: everywhere },
  'for-children': { holders: ['for-children'], foundBy: everywhere },
  'for-children-unborn': { holders: ['for-children'], foundBy: byBpf },
  'thread-fd': { holders: ['fd'], foundBy: everywhere },
  fd: { holders: ['fd'], foundBy: everywhere },
  'fd-in-flight': { holders: ['in-flight'], foundBy: byBpf },
  'io-uring': { holders: ['kernel'], foundBy: { lists: true, tables: ['ipc', 'mnt', 'net'] } },
  socket: { holders: ['socket'], foundBy: everywhere },
  'socket-in-flight': { holders: ['in-flight'], foundBy: byBpf },
  tap: { holders: ['tap'], foundBy: everywhere },
  macvtap: { holders: ['tap'], foundBy: byBpf },
  'file-credentials': { holders: ['credentials'], foundBy: byBpf },
  'peer-credentials': { holders: ['peer-credentials'], foundBy: byBpf },
  'fd-in-nested-queue': { holders: ['in-flight'], foundBy: byBpf },
  'fd-not-accepted': { holders: ['in-flight'], foundBy: byBpf },
  'queue-of-nobody': { holders: ['in-flight'], withoutBpf: ['kernel'], foundBy: byBpf },
  connection: { holders: ['in-flight'], foundBy: byBpf },
  message: { holders: ['in-flight'], foundBy: byBpf },
  'closed-peer': { holders: ['socket'], foundBy: byBpf },
  'signal-target': { holders: ['signal-target'], foundBy: byBpf },
  pidfd: { holders: ['pidfd'], foundBy: byBpf },
  'proc-directory': { holders: ['proc-file'], foundBy: byBpf },
  'proc-file': { holders: ['proc-file'], foundBy: byBpf },
  'proc-file-elsewhere': { holders: ['proc-file'], foundBy: byBpf },
  'proc-net-of-process': { holders: ['proc-file'], foundBy: byBpf },
  watch: { holders: ['watch'], foundBy: byBpf },
  'proc-watch': { holders: ['watch'], foundBy: byBpf },
  'proc-mounts': { holders: ['proc-file'], foundBy: byBpf },
  'proc-net': { holders: ['proc-file'], foundBy: byBpf },
  'proc-net-single': { holders: ['proc-file'], foundBy: byBpf },
  'proc-sysvipc': { holders: ['proc-file'], foundBy: byBpf },
  'proc-id-map': { holders: ['proc-file'], foundBy: byBpf },
  'proc-setgroups': { holders: ['proc-file'], foundBy: byBpf },
  'proc-maps': { holders: ['proc-file'], foundBy: byBpf },
  'proc-mem': { holders: ['proc-file'], foundBy: byBpf },
  'cgroup-file': { holders: ['cgroup-file'], foundBy: byBpf },
  'working-directory': { holders: ['directory'], foundBy: byBpf },
  'root-directory': { holders: ['directory'], foundBy: byBpf },
  mapping: { holders: ['mapping'], foundBy: byMapping },
  'mapped-socket': { holders: ['mapping'], foundBy: byBpf },
  'attached-segment': { holders: ['mapping'], foundBy: byBpf },
  program: { holders: ['program'], withoutBpf: ['child'], foundBy: everywhere },
  'perf-event': { holders: ['perf-event'], foundBy: byBpf },
  'fs-context': { holders: ['fs-context'], foundBy: byBpf },
  'bind-mount': { holders: ['bind-mount'], foundBy: everywhere },
  'hidden-bind-mount': { holders: ['bind-mount'], foundBy: everywhere },
  'nested-bind-mount': { holders: ['bind-mount'], foundBy: everywhere },
  'fd-of-unmounted': { holders: ['fd'], foundBy: everywhere },
  'detached-mount': { holders: ['bind-mount'], foundBy: byBpf },
  'process-mount': { holders: ['process-mount'], foundBy: byBpf },
  'process-file-mount': { holders: ['process-mount'], foundBy: byBpf },
  'pidfd-mount': { holders: ['process-mount'], foundBy: byBpf },
  'file-system': { holders: ['file-system'], foundBy: byBpf },
  'detached-file-system': { holders: ['file-system'], foundBy: byBpf },
  fuse: { holders: ['file-system'], foundBy: byBpf },
  'parent-only': { holders: ['child'], foundBy: everywhere },
  'owner-only': { holders: ['owned'], foundBy: everywhere },
  'veth-peer': { holders: ['fd'], foundBy: everywhere },
};

/** Places that count as active: kernel/nstree.c, docs/hiding-places.md. */
const activePlaces: ReadonlySet<string> = new Set([
  'fd-in-flight',
  'fd-in-nested-queue',
  'fd-not-accepted',
  'queue-of-nobody',
  'io-uring',
  'detached-mount',
  'for-children-unborn',
  'watch',
]);

/** The table as docs/hiding-places.md has it: which of its types are found at each place, by sight. */
export function describeExpectations(): string[][] {
  const describe = (found: true | readonly string[] | undefined) =>
    found === true ? 'all' : found === undefined ? '' : found.join(' ');
  return Object.entries(expectations).map(([place, { foundBy, holders }]) => [
    place,
    describe(foundBy.lists),
    describe(foundBy.tables),
    describe(foundBy.proc) + (activePlaces.has(place) ? 'all from 6.19' : ''),
    holders.join(', '),
  ]);
}

/** What tasks and open files alone lead to, and what super blocks alone do, beside all ipc, mnt and net namespaces. */
const shownByFiles: ReadonlySet<string> = new Set([
  'for-children-unborn',
  'fd-in-flight',
  'socket-in-flight',
  'macvtap',
  'file-credentials',
  'peer-credentials',
  'closed-peer',
  'signal-target',
  'pidfd',
  'pidfd-mount',
  'proc-directory',
  'proc-file',
  'proc-file-elsewhere',
  'proc-net-of-process',
  'watch',
  'proc-watch',
  'proc-mounts',
  'proc-net',
  'proc-net-single',
  'proc-sysvipc',
  'proc-id-map',
  'proc-setgroups',
  'proc-maps',
  'proc-mem',
  'cgroup-file',
  'perf-event',
  'fs-context',
  'working-directory',
  'root-directory',
  ...(hasMappings ? ['mapping', 'mapped-socket', 'attached-segment'] : []),
]);
const shownBySuperblocks: ReadonlySet<string> = new Set([
  'detached-mount',
  'process-mount',
  'process-file-mount',
  'pidfd-mount',
  'file-system',
  'detached-file-system',
  'fuse',
]);

function isShownByPart({ place, type }: Pick<BedNamespace, 'place' | 'type'>, sight: Sight): boolean {
  // The descriptor of a detached procfs is one of a pid namespace's.
  if (sight === 'files') return shownByFiles.has(place) || (place === 'detached-file-system' && type === 'pid');
  return sight === 'mounts' && (shownBySuperblocks.has(place) || ['ipc', 'mnt', 'net'].includes(type));
}

export interface Expected {
  readonly found: boolean;
  readonly holders: readonly HolderKind[];
}

/** @throws Error for a place that the table does not have */
export function expectationOf({ place, type }: Pick<BedNamespace, 'place' | 'type'>, sight: Sight): Expected {
  const expectation = expectations[place];
  if (!expectation) throw new Error(`the table of expectations has no place "${place}"`);
  const hasPart = sight === 'files' || sight === 'mounts';
  const found = expectation.foundBy[hasPart ? 'proc' : sight];
  const listed =
    (sight === 'proc' || hasPart) &&
    // NS_MNT_GET_NEXT gives every mount namespace, listns(2) all that a descriptor or an nsfs mount holds.
    ((type === 'mnt' && isLinuxSince(6, 12)) || (isLinuxSince(6, 19) && activePlaces.has(place)));
  return {
    found: listed || isShownByPart({ place, type }, sight) || found === true || (found?.includes(type) ?? false),
    holders: sight === 'proc' ? (expectation.withoutBpf ?? expectation.holders) : expectation.holders,
  };
}
