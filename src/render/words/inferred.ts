// How what is inferred looks: a tilde in front of it, and in words by what and how certainly.
import { nameUnnumbered } from '../../analysis/graph/inferred-places.ts';
import type { Place } from '../../model/snapshot/schema.ts';

/** Stands in front of all that is inferred. */
export const inferredMark = '~';

/** "~4026531833", or "~#2" for the second namespace without a number. */
export function formatPlace(place: Place): string {
  return inferredMark + ('inode' in place ? String(place.inode) : nameUnnumbered(place.number));
}

const words: Readonly<Record<Place['by'], string>> = {
  'kernel-thread': 'as all kernel threads',
  'net-directory': 'by /proc/PID/net',
  'mount-ids': 'by its mounts',
  'nested-pids': 'by its PIDs',
  companions: 'by its companions',
  'id-maps': 'by its id maps',
  'clock-offsets': 'by its clock offsets',
  'cgroup-path': 'by its cgroup',
};

/** "inferred by its mounts", "likely, by its id maps". */
export function formatInference({ by, certainty }: Pick<Place, 'by' | 'certainty'>): string {
  return certainty === 'certain' ? `inferred ${words[by]}` : `likely, ${words[by]}`;
}
