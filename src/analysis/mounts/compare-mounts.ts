// What one mount namespace has mounted and another has not, and what both have with other options.

import type { MountLayout } from '../../model/derived/mount-layout.ts';
import type { Mount } from '../../model/snapshot/schema.ts';

export type MountDifference =
  /** `elsewhere`: where the other one has the same part of the same file system. */
  | { readonly kind: 'only-a' | 'only-b'; readonly mount: Mount; readonly elsewhere: readonly Mount[] }
  | { readonly kind: 'differs'; readonly mount: Mount; readonly other: Mount; readonly words: readonly string[] };

/**
 * Two mounts are the same where they show the same part of the same file system at the same path: a mount namespace
 * begins as a copy, whose mounts have ids of their own.
 * @returns in the order of the paths
 */
export function compareMounts(a: MountLayout, b: MountLayout): MountDifference[] {
  const others = groupBy(b.mounts, keyOf);
  const differences: MountDifference[] = [];
  const onlyA: Mount[] = [];
  for (const mount of a.mounts) {
    const other = others.get(keyOf(mount))?.shift();
    if (!other) {
      onlyA.push(mount);
      continue;
    }
    const words = describeDifference(mount, other, a, b);
    if (words.length > 0) differences.push({ kind: 'differs', mount, other, words });
  }
  const onlyB = [...others.values()].flat();
  for (const [kind, mounts, layout] of [
    ['only-a', onlyA, b],
    ['only-b', onlyB, a],
  ] as const)
    for (const mount of mounts) differences.push({ kind, mount, elsewhere: layout.ofPart(mount) });
  return differences.sort((x, y) => compareText(x.mount.mountPoint, y.mount.mountPoint));
}

function keyOf({ device, root, mountPoint }: Mount): string {
  return `${device} ${root}\0${mountPoint}`;
}

function describeDifference(a: Mount, b: Mount, layoutA: MountLayout, layoutB: MountLayout): string[] {
  const words: string[] = [];
  if (a.options.join() !== b.options.join()) words.push(`options ${listChange(a.options, b.options)}`);
  if (a.superOptions.join() !== b.superOptions.join())
    words.push(`of the file system ${listChange(a.superOptions, b.superOptions)}`);
  const [coverA, coverB] = [layoutA.coveredBy(a), layoutB.coveredBy(b)];
  if (!coverA !== !coverB) words.push(coverB ? 'covered in B' : 'covered in A');
  if (JSON.stringify(a.idMap) !== JSON.stringify(b.idMap)) words.push('other ids are mapped');
  return words;
}

/** Of two lists of options: "rw → ro", "+noexec -relatime". */
export function listChange(a: readonly string[], b: readonly string[]): string {
  const gone = a.filter((one) => !b.includes(one));
  const come = b.filter((one) => !a.includes(one));
  if (gone.length === 1 && come.length === 1) return `${gone[0]} → ${come[0]}`;
  return [...gone.map((one) => `-${one}`), ...come.map((one) => `+${one}`)].join(' ') || 'in another order';
}

function groupBy<T>(items: readonly T[], keyOf: (item: T) => string): Map<string, T[]> {
  const groups = new Map<string, T[]>();
  for (const item of items) {
    const group = groups.get(keyOf(item));
    if (group) group.push(item);
    else groups.set(keyOf(item), [item]);
  }
  return groups;
}

function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
