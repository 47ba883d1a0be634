// A mount or a link that came, went or changed, in a few words.
import type { Former, NamespaceEvent } from '../../model/live/events.ts';
import { isKnown, type Known } from '../../model/snapshot/known.ts';
import { formatNamespace } from '../../model/snapshot/namespace-types.ts';
import type { Mount, NetworkLink } from '../../model/snapshot/schema.ts';

type MountEvent = Extract<NamespaceEvent, { readonly event: 'mounted' | 'unmounted' | 'remounted' }>;
type LinkEvent = Extract<NamespaceEvent, { readonly event: 'link-added' | 'link-removed' | 'link-changed' }>;

/** "/mnt tmpfs scratch rw,relatime; was at /srv" */
export function describeMountEvent({ event, mount, mountId, was }: MountEvent): string {
  if (!isKnown(mount)) return `mount ${mountId ?? '?'}, which had gone before it could be read`;
  const { mountPoint, fsType, source, options } = mount;
  const what = [mountPoint, fsType, source, ...(event === 'unmounted' ? [] : [options.join(',')])];
  return [what.filter((word) => word !== '').join(' '), ...describeFormer(was, mountWords)].join('; ');
}

/** "v0 veth up, other end 2 in net:[4026532324]; was down" */
export function describeLinkEvent({ link, was, movedTo }: LinkEvent): string {
  const { name, kind, state, peer } = link;
  const words = [name, kind, state].filter((word) => word !== '').join(' ');
  const other = peer === undefined ? '' : `, other end ${peer.index}${describePlace(peer.inode)}`;
  const now = movedTo === undefined ? [] : [`now ${movedTo.index}${describePlace(movedTo.inode)}`];
  return [`${words}${other}`, ...now, ...describeFormer(was, linkWords)].join('; ');
}

function describePlace(inode: Known<number>): string {
  return isKnown(inode) ? ` in ${formatNamespace('net', inode)}` : ' in a network namespace that is not known';
}

/** Fields that a reader asks about first, with what stands before the former value. */
const mountWords: Partial<Record<keyof Mount, string>> = {
  mountPoint: 'was at ',
  options: 'was ',
  superOptions: 'its file system was ',
};
const linkWords: Partial<Record<keyof NetworkLink, string>> = {
  name: 'was ',
  state: 'was ',
  mtu: 'MTU was ',
  mac: 'address was ',
  master: 'was port of ',
};

/** The others are named alone. */
function describeFormer<T extends object>(
  was: Former<T> | undefined,
  words: Partial<Record<keyof T, string>>,
): string[] {
  if (was === undefined) return [];
  const told: string[] = [];
  const others: string[] = [];
  for (const [field, value] of Object.entries(was) as [keyof T & string, unknown][]) {
    const word = words[field];
    if (word === undefined) others.push(field);
    else if (value === null) told.push(`${word}none`);
    else told.push(`${word}${Array.isArray(value) ? value.join(',') : String(value)}`);
  }
  return others.length === 0 ? told : [...told, `other ${others.join(', ')}`];
}
