// What came, went and changed in namespaces between two snapshots: mounts, links, addresses, routes, listening sockets.
import type { ContentDiff, FieldChange, Uncompared } from '../../analysis/compare/diff-contents.ts';
import type { MountChange } from '../../analysis/compare/diff-mounts.ts';
import type { NetworkChange } from '../../analysis/compare/diff-networks.ts';
import type { SnapshotIndex } from '../../analysis/graph/snapshot-index.ts';
import { listChange } from '../../analysis/mounts/compare-mounts.ts';
import { describePropagation } from '../../analysis/mounts/describe-mount.ts';
import { isKnown } from '../../model/snapshot/known.ts';
import { formatNamespace } from '../../model/snapshot/namespace-types.ts';
import type { ListeningSocket, Mount, Network, NetworkLink } from '../../model/snapshot/schema.ts';
import { describeRoute } from '../wiring/route-words.ts';
import { escapeText } from '../words/escape.ts';
import { nameHomes } from '../words/group-names.ts';
import { formatUnknown } from '../words/unknown.ts';
import { wrapText } from '../words/wrap-text.ts';

/** Of each namespace so many things are shown, and of namespaces that differ alike so many are named. */
const maxShown = 40;
const maxNamed = 3;

const signs = { appeared: '+', vanished: '-', changed: '~' } as const;

/**
 * A paragraph for the namespaces in which the same has changed; safe for a terminal.
 * @param width - columns of a line; undefined for lines however long
 */
export function describeMountDiff(
  { changes }: ContentDiff<MountChange>,
  after: SnapshotIndex,
  width: number | undefined,
): string[] {
  const lines = changes.map((change) => ({
    namespace: change.namespace,
    line: formatLine(signs[change.change], 'mount', describeMountChange(change)),
  }));
  return formatParagraphs('mnt', lines, after, width);
}

/** Likewise. @param before - with the processes that had what is gone, and the names of links */
export function describeNetworkDiff(
  { changes }: ContentDiff<NetworkChange>,
  before: SnapshotIndex,
  after: SnapshotIndex,
  width: number | undefined,
): string[] {
  const [then, now] = [new NetworkWords(before), new NetworkWords(after)];
  const lines = changes.map((change) => ({
    namespace: change.namespace,
    line: formatLine(signs[change.change], change.what, describeNetworkChange(change, then, now)),
  }));
  return formatParagraphs('net', lines, after, width);
}

/** "the links of 12 network namespaces in the later snapshot (denied (EPERM))", for each reason; safe for a terminal. */
export function describeUncompared(uncompared: readonly Uncompared[], type: 'mnt' | 'net'): string[] {
  const alike = new Map<string, { readonly which: Uncompared; readonly inodes: Set<number> }>();
  for (const which of uncompared) {
    const { what, when, why } = which;
    const key = JSON.stringify([what, when, why]);
    const found = alike.get(key) ?? { which, inodes: new Set() };
    alike.set(key, { which, inodes: found.inodes.add(which.namespace) });
  }
  return [...alike.values()].map(({ which: { what, when, why }, inodes }) => {
    const [inode = 0] = inodes;
    const where = inodes.size === 1 ? formatNamespace(type, inode) : `${inodes.size} ${typeWords[type]}`;
    const which = when === 'before' ? 'earlier' : 'later';
    return escapeText(`the ${whatWords[what] ?? what} of ${where} in the ${which} snapshot (${formatUnknown(why)})`);
  });
}

const whatWords: Readonly<Record<string, string>> = { listening: 'listening sockets' };
const typeWords = { mnt: 'mount namespaces', net: 'network namespaces' } as const;

interface PlacedLine {
  readonly namespace: number;
  readonly line: string;
}

function formatParagraphs(
  type: 'mnt' | 'net',
  lines: readonly PlacedLine[],
  index: SnapshotIndex,
  width: number | undefined,
): string[] {
  const byNamespace = new Map<number, string[]>();
  for (const { namespace, line } of lines) byNamespace.set(namespace, [...(byNamespace.get(namespace) ?? []), line]);
  const alike = new Map<string, { readonly inodes: number[]; readonly own: readonly string[] }>();
  for (const [inode, own] of byNamespace) {
    const found = alike.get(own.join('\n'));
    if (found) found.inodes.push(inode);
    else alike.set(own.join('\n'), { inodes: [inode], own });
  }
  const nameHome = nameHomes(index);
  return [...alike.values()]
    .flatMap(({ inodes, own }) => {
      const named = inodes
        .slice(0, maxNamed)
        .map((inode) => `${formatNamespace(type, inode)} ${nameHome(type, inode)}`);
      const more = inodes.length > maxNamed ? ` and ${inodes.length - maxNamed} more ${typeWords[type]}` : '';
      const rest =
        own.length > maxShown ? [formatLine(' ', '', `and ${own.length - maxShown} more; --json has all`)] : [];
      return [formatLine(' ', 'in', escapeText(named.join(', ') + more)), ...own.slice(0, maxShown), ...rest];
    })
    .flatMap((line) => hang(line, width));
}

const column = 11;

function formatLine(sign: string, what: string, text: string): string {
  return `${sign} ${what}`.padEnd(column) + text;
}

/** Lines that go on stand below the text. */
function hang(line: string, width: number | undefined): string[] {
  if (width === undefined || width < 2 * column) return [line];
  const [first = '', ...more] = wrapText(line.slice(column), width - column);
  return [line.slice(0, column) + first, ...more.map((one) => ' '.repeat(column) + one)];
}

function describeMountChange(change: MountChange): string {
  if (change.change === 'appeared') return escapeText(describeMount(change.after));
  if (change.change === 'vanished') return escapeText(describeMount(change.before));
  const { before, after, changes } = change;
  const has = (field: keyof Mount) => changes.some(({ what }) => what === field);
  const words = [
    ...(has('mountPoint') ? [`moved from ${before.mountPoint}`] : []),
    ...(has('options') ? [`options ${listChange(before.options, after.options)}`] : []),
    ...(has('superOptions') ? [`of the file system ${listChange(before.superOptions, after.superOptions)}`] : []),
    ...(has('peerGroup') || has('master') || has('unbindable')
      ? [`propagation ${describePropagation(before)} → ${describePropagation(after)}`]
      : []),
    ...(has('idMap') ? ['other ids are mapped'] : []),
  ];
  return escapeText(`${after.mountPoint}  ${words.join(', ')}`);
}

function describeMount({ mountPoint, source, root, fsType }: Mount): string {
  const part = root === '/' ? '' : `[${root}]`;
  return `${mountPoint || '(no path leads to it)'}  ${source}${part} ${fsType}`;
}

function describeNetworkChange(change: NetworkChange, then: NetworkWords, now: NetworkWords): string {
  const text =
    change.change === 'appeared'
      ? now.describe(change.namespace, change.what, change.after)
      : change.change === 'vanished'
        ? then.describe(change.namespace, change.what, change.before)
        : `${now.name(change.namespace, change.what, change.after)}  ${change.changes
            .map((one) => describeField(one, change.namespace, then, now))
            .join(', ')}`;
  return escapeText(text);
}

function describeField({ what, before, after }: FieldChange, inode: number, then: NetworkWords, now: NetworkWords) {
  const show = (value: unknown, words: NetworkWords): string => {
    if (value === null || (Array.isArray(value) && value.length === 0)) return 'none';
    if (what === 'master') return words.linkName(inode, Number(value));
    if (what === 'peer' || what === 'madeIn') return words.nameEnd(value as NonNullable<NetworkLink['peer']>);
    if (what === 'owners' || what === 'openedBy') return words.nameOwners(value as ListeningSocket['owners']);
    return typeof value === 'object' ? JSON.stringify(value) : String(value);
  };
  return `${fieldWords[what] ?? what} ${show(before, then)} → ${show(after, now)}`;
}

const fieldWords: Readonly<Record<string, string>> = {
  altNames: 'other names',
  madeIn: 'made in',
  openedBy: 'open by',
  owners: 'open by',
};

type Thing = Exclude<NetworkChange, { readonly change: 'changed' | 'vanished' }>['after'];

/** How the things of the networks of one snapshot are called. */
class NetworkWords {
  readonly #index: SnapshotIndex;
  readonly #names = new Map<string, string>();

  constructor(index: SnapshotIndex) {
    this.#index = index;
    const { networks } = index.snapshot.conditions ?? {};
    const known: readonly Network[] = networks !== undefined && isKnown(networks) ? networks : [];
    for (const { inode, links } of known)
      for (const link of isKnown(links) ? links : []) this.#names.set(`${inode} ${link.index}`, link.name);
  }

  linkName(inode: number, index: number): string {
    return this.#names.get(`${inode} ${index}`) ?? `ifindex ${index}`;
  }

  describe(inode: number, what: NetworkChange['what'], thing: Thing): string {
    const name = this.name(inode, what, thing);
    if (what === 'link') {
      const { kind, state, peer } = thing as NetworkLink;
      return `${name}  ${kind || 'device'} ${state}${peer ? `, other end ${this.nameEnd(peer)}` : ''}`;
    }
    return what === 'socket' ? `${name}  ${this.nameOwners((thing as ListeningSocket).owners)}` : name;
  }

  name(inode: number, what: NetworkChange['what'], thing: Thing): string {
    if (what === 'link') return (thing as NetworkLink).name;
    if ('family' in thing) return describeRoute(thing, { get: (index) => this.linkName(inode, index) });
    if ('protocol' in thing)
      return `${thing.protocol} ${thing.address.includes(':') ? `[${thing.address}]` : thing.address}:${thing.port}`;
    if ('prefix' in thing) return `${thing.address}/${thing.prefix} dev ${this.linkName(inode, thing.link)}`;
    return 'how many there are:';
  }

  nameEnd({ inode, index }: { readonly inode: NonNullable<NetworkLink['peer']>['inode']; readonly index?: number }) {
    if (!isKnown(inode)) return 'in a namespace that is not known';
    const place = formatNamespace('net', inode);
    return index === undefined ? place : `${this.linkName(inode, index)} in ${place}`;
  }

  nameOwners(owners: ListeningSocket['owners']): string {
    if (!isKnown(owners)) return formatUnknown(owners);
    const pids = [...new Set(owners.map(({ pid }) => pid))];
    if (pids.length === 0) return 'no process seen';
    const [first = 0] = pids;
    const name = `${this.#index.process(first)?.comm ?? ''} (${first})`.trim();
    return pids.length === 1 ? name : `${name} and ${pids.length - 1} more`;
  }
}
