// A recorded host with user namespaces one in another, and what its kernel counts.
import { buildSnapshot } from '../../../src/model/build/build-snapshot.ts';
import type { Fact } from '../../../src/model/facts/facts.ts';
import { type NamespaceType, namespaceTypes } from '../../../src/model/snapshot/namespace-types.ts';
import type { Conditions, NamespaceAccount, NamespaceCount, Snapshot } from '../../../src/model/snapshot/schema.ts';
import { hostFact, hostInodes, linksOf, processFact } from '../../recorded-facts.ts';

export const initial = hostInodes.user;
/** Made by uid 1000 in the initial user namespace; has the network namespaces 501, 502. */
export const outer = 601;
/** Made by uid 1000 in `outer`; has the network namespace 503. */
export const inner = 602;

const largest = 2 ** 31 - 1;

const facts: readonly Fact[] = [
  hostFact(),
  processFact(1, ['init']),
  processFact(10, ['outer'], { uid: 1000, namespaces: linksOf({ user: outer, net: 501 }) }),
  processFact(20, ['inner'], { uid: 1000, namespaces: linksOf({ user: inner, net: 503 }) }),
  ...namespaceTypes.map(
    (type): Fact => ({
      fact: 'namespace',
      type,
      inode: hostInodes[type],
      owner: type === 'user' ? null : initial,
      ...(type === 'user' ? { parent: null, creatorUid: 0 } : {}),
    }),
  ),
  { fact: 'namespace', type: 'user', inode: outer, owner: initial, parent: initial, creatorUid: 1000 },
  { fact: 'namespace', type: 'user', inode: inner, owner: outer, parent: outer, creatorUid: 1000 },
  { fact: 'namespace', type: 'net', inode: 501, owner: outer },
  { fact: 'namespace', type: 'net', inode: 502, owner: outer },
  { fact: 'namespace', type: 'net', inode: 503, owner: inner },
  { fact: 'namespace', type: 'net', inode: 500, owner: initial },
];

export function limitsOf(max: number, others: Partial<Record<NamespaceType, number>> = {}): NamespaceCount['max'] {
  return { ...(Object.fromEntries(namespaceTypes.map((type) => [type, max])) as NamespaceCount['max']), ...others };
}

/** @param maxNet - of network namespaces in `outer` */
export function countsOf(maxNet: number, isCharged = true): NamespaceCount[] {
  const charged = (...inodes: number[]): Pick<NamespaceAccount, 'charged'> =>
    isCharged ? { charged: inodes.map((inode) => ({ type: 'net', inode })) } : {};
  return [
    {
      userNamespace: initial,
      max: limitsOf(100),
      accounts: [
        { uid: 0, counts: { net: 1, mnt: 2 }, ...charged(500) },
        { uid: 1000, counts: { user: 2, net: 3 }, ...charged() },
      ],
    },
    {
      userNamespace: outer,
      max: limitsOf(largest, { net: maxNet }),
      accounts: [{ uid: 1000, counts: { user: 1, net: 3 }, ...charged(501, 502) }],
    },
    {
      userNamespace: inner,
      max: limitsOf(largest),
      accounts: [{ uid: 1000, counts: { net: 1 }, ...charged(503) }],
    },
  ];
}

export function countedHost(conditions: Conditions): Snapshot {
  return { ...buildSnapshot(facts), conditions };
}
