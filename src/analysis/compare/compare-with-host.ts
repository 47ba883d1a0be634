// What does a process share with the host? Its namespaces beside those of the host's init, or of the boot.
import { isKnown, type Known } from '../../model/snapshot/known.ts';
import { type NamespaceType, namespaceTypeFacts, namespaceTypes } from '../../model/snapshot/namespace-types.ts';
import type { Place, Process } from '../../model/snapshot/schema.ts';
import { compareProcesses, findPlace, isPlace } from '../graph/inferred-places.ts';
import type { SnapshotIndex } from '../graph/snapshot-index.ts';

/** Of one type: where the process is, and whether the host is there as well. */
export interface HostComparison {
  readonly type: NamespaceType;
  readonly place: Known<number> | Place;
  readonly shared: Known<boolean>;
  /**
   * Beside what: the links of the host's init; its place as inferred; or the boot's own namespace, which hosts commonly run
   * in, where the init is out of sight or shows nothing.
   */
  readonly beside: 'init' | 'inferred init' | 'boot';
  readonly certainty: 'certain' | 'likely';
}

/** Of each type whether a process shares the namespace that the host is in. */
export function compareWithHost(process: Process, index: SnapshotIndex): HostComparison[] {
  const init = findHostInit(index);
  return namespaceTypes.map((type) => {
    const place = findPlace(process, type);
    const together = init && compareProcesses(process, init, type, index);
    if (init && together && isKnown(together.shared)) {
      const beside = isPlace(findPlace(init, type)) ? 'inferred init' : 'init';
      return {
        type,
        place,
        shared: together.shared,
        beside,
        certainty: together.how === 'likely' ? 'likely' : 'certain',
      };
    }
    return { type, place, beside: 'boot', ...compareWithBoot(place, type, index) };
  });
}

/** PID 1 of the initial pid namespace; in a container that has a pid namespace of its own it is out of sight. */
function findHostInit(index: SnapshotIndex): Process | undefined {
  const { procPidNamespace } = index.snapshot.host.vantage;
  return isKnown(procPidNamespace) && procPidNamespace === namespaceTypeFacts.pid.initialInode
    ? index.process(1)
    : undefined;
}

/** Inode numbers and links of the initial namespaces are known; that the host runs in them is common, not certain. */
function compareWithBoot(
  place: Known<number> | Place,
  type: NamespaceType,
  index: SnapshotIndex,
): Pick<HostComparison, 'shared' | 'certainty'> {
  const initial = findInitial(place, type, index);
  return { shared: initial, certainty: isPlace(place) ? place.certainty : 'certain' };
}

function findInitial(place: Known<number> | Place, type: NamespaceType, index: SnapshotIndex): Known<boolean> {
  if (!isPlace(place)) return isKnown(place) ? (index.namespace(type, place)?.initial ?? gone) : place;
  if ('inode' in place) return index.namespace(type, place.inode)?.initial ?? gone;
  const own = index.snapshot.unnumbered.find((one) => one.type === type && one.number === place.number);
  return own?.initial ?? gone;
}

const gone = Object.freeze({ unknown: 'gone' } as const);
