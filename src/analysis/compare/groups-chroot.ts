// Which groups did a chroot split off? Their members see the mounts of another group, fewer of them, or under other names.

/** What one member of a group sees of its mounts. */
export interface SeenMounts {
  readonly key: string;
  /** Digest of /proc/PID/mounts; undefined where it could not be read. */
  readonly mounts: string | undefined;
  /** The lines of /proc/PID/mountinfo: id of the mount and where it is, from the process's own root. */
  readonly lines: readonly { readonly id: number; readonly mountPoint: string }[];
}

/** A group that is chrooted, and within which other one. */
export interface ChrootFinding {
  readonly key: string;
  /** The group that is in the same mount namespace, with another root. */
  readonly of: string;
  readonly because: 'other mount points' | 'same mounts';
}

/**
 * A mount is in one mount namespace. Two groups that see one and the same mount at different places are therefore in one
 * namespace, and have different roots: the one that sees fewer mounts is chrooted. Kernels that write /proc/PID/mounts alike
 * for both show the same by mounts that are equal where mountinfo is not.
 */
export function findChrooted(groups: readonly SeenMounts[]): ChrootFinding[] {
  const seers = new Map<number, SeenMounts[]>();
  for (const group of groups)
    for (const { id } of group.lines) {
      const list = seers.get(id);
      if (list) list.push(group);
      else seers.set(id, [group]);
    }
  return groups.flatMap((group): ChrootFinding[] => {
    const { key, lines } = group;
    const others = new Set(lines.flatMap(({ id }) => seers.get(id) ?? []).filter((other) => other !== group));
    const larger = [...others].filter((other) => other.lines.length > lines.length).sort(byMounts);
    const moved = larger.find((other) => seesElsewhere(group, other));
    if (moved) return [{ key, of: moved.key, because: 'other mount points' }];
    const alike = larger.find((other) => group.mounts !== undefined && other.mounts === group.mounts);
    return alike ? [{ key, of: alike.key, because: 'same mounts' }] : [];
  });
}

function byMounts(a: SeenMounts, b: SeenMounts): number {
  return b.lines.length - a.lines.length;
}

function seesElsewhere(a: SeenMounts, b: SeenMounts): boolean {
  const places = new Map(b.lines.map(({ id, mountPoint }) => [id, mountPoint]));
  return a.lines.some(({ id, mountPoint }) => places.has(id) && places.get(id) !== mountPoint);
}
