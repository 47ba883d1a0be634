// Arbitrary facts of a host, for properties: true in their form, contradicting each other now and then.
import fc from 'fast-check';
import type { Fact, NamespaceInodes } from '../../../src/model/facts/facts.ts';
import { isKnown, type Known } from '../../../src/model/snapshot/known.ts';
import {
  type NamespaceType,
  namespaceLinks,
  namespaceTypes,
  readLinkType,
} from '../../../src/model/snapshot/namespace-types.ts';
import { hostFact, hostInodes } from '../../recorded-facts.ts';

/** Objects as code makes them: such without a prototype differ from those that a way through JSON gives. */
const plain = { noNullPrototype: true } as const;

/** A value of `T`, and a missing one in three of ten cases. */
function known<T>(value: fc.Arbitrary<T>): fc.Arbitrary<Known<T>> {
  return fc.oneof(
    { weight: 7, arbitrary: value },
    { weight: 2, arbitrary: fc.constantFrom('gone', 'unsupported', 'not-asked').map((unknown) => ({ unknown })) },
    {
      weight: 1,
      arbitrary: fc.constantFrom('EACCES', 'EPERM').map((errno) => ({ unknown: 'denied' as const, errno })),
    },
  ) as fc.Arbitrary<Known<T>>;
}

/** The host's own namespace of the type, or one of a few others. */
function inodeOf(type: NamespaceType): fc.Arbitrary<number> {
  return fc.oneof(
    fc.constant(hostInodes[type]),
    fc.nat(5).map((n) => 4026532000 + n),
  );
}

const inodes: Readonly<Record<NamespaceType, fc.Arbitrary<number>>> = Object.fromEntries(
  namespaceTypes.map((type) => [type, inodeOf(type)]),
) as Record<NamespaceType, fc.Arbitrary<number>>;

const typeAndInode = fc.constantFrom(...namespaceTypes).chain((type) => inodes[type].map((inode) => ({ type, inode })));

const links = fc.record(
  Object.fromEntries(namespaceLinks.map((link) => [link, known(inodes[readLinkType(link)])])),
  plain,
) as unknown as fc.Arbitrary<NamespaceInodes>;

const pids = fc.integer({ min: 1, max: 30 });

/** A process but for its namespaces. */
const process = fc
  .record(
    {
      pid: pids,
      thread: fc.option(
        fc.nat(4).map((n) => 100 + n),
        { freq: 4 },
      ),
      ppid: fc.nat(29),
      state: fc.constantFrom('S', 'R', 'Z'),
      comm: fc.constantFrom('a', 'b\n', '\udcff'),
      startTimeTicks: fc.nat(3),
      threads: fc.integer({ min: 1, max: 3 }),
      uid: fc.constantFrom(0, 1000),
      kernelThread: fc.boolean(),
      commandLine: known(fc.constantFrom(['x', 'y'], ['y'], [])),
      cgroup: known(fc.constantFrom('/', '/a')),
    },
    plain,
  )
  .map(({ thread, ...rest }) => ({ fact: 'process' as const, tid: thread ?? rest.pid, ...rest }));

const offsets = fc.record(
  {
    monotonic: fc.record({ seconds: fc.integer({ min: -1, max: 1 }), nanoseconds: fc.constant(0) }, plain),
    boottime: fc.record({ seconds: fc.constant(0), nanoseconds: fc.constant(5) }, plain),
  },
  plain,
);
const uidMap = fc.nat(1).map((outside) => [{ inside: 0, outside, count: 1 }]);

/** What a fact about any namespace may say, and what one of its type alone may. */
const anyDetails = {
  dev: known(fc.constant(4)),
  id: known(fc.nat(2).map(String)),
  owner: known(inodes.user),
  openedAtMs: fc.nat(8),
  openInFlight: fc.constant(true as const),
};
const detailsOf: Readonly<Partial<Record<NamespaceType, object>>> = {
  pid: { parent: known(inodes.pid) },
  user: {
    parent: known(inodes.user),
    creatorUid: known(fc.nat(2)),
    uidMap: known(uidMap),
    setgroups: known(fc.constantFrom('allow', 'deny')),
  },
  time: { timeOffsets: known(offsets) },
};

const namespace = fc.constantFrom(...namespaceTypes).chain((type) =>
  fc.record(
    {
      fact: fc.constant('namespace'),
      type: fc.constant(type),
      inode: inodes[type],
      ...anyDetails,
      ...detailsOf[type],
    },
    { ...plain, requiredKeys: ['fact', 'type', 'inode'] },
  ),
) as fc.Arbitrary<Fact>;

const names = fc
  .tuple(typeAndInode, fc.constantFrom('blue', 'red'), fc.constantFrom('ip-netns' as const, 'bind-mount' as const))
  .map(([which, name, kind]): Fact => ({ fact: 'name', ...which, name: { kind, name, path: `/run/netns/${name}` } }));

const small: fc.Arbitrary<Fact> = fc.oneof(
  fc
    .tuple(pids, fc.integer({ min: 1, max: 3 }), fc.boolean())
    .map(([pid, inner, isNested]): Fact => ({ fact: 'nested-pids', pid, pids: isNested ? [pid, inner] : [inner] })),
  fc
    .tuple(pids, known(fc.constantFrom(['c'], ['d'])))
    .map(([pid, commandLine]): Fact => ({ fact: 'command-line', pid, commandLine })),
  names,
  fc
    .tuple(typeAndInode, pids, fc.nat(1))
    .map(([which, pid, fd]): Fact => ({ fact: 'holder', ...which, holder: { kind: 'fd', pid, fd } })),
  fc.tuple(typeAndInode, fc.constantFrom('first', 'last'), fc.constantFrom('one', 'two'), fc.boolean()).map(
    ([which, pass, source, isOfAll]): Fact => ({
      fact: 'enumeration',
      pass,
      source,
      wholeTypes: isOfAll ? namespaceTypes : [which.type],
      namespaces: [which],
    }),
  ),
  fc
    .tuple(fc.constantFrom(0, 1000), fc.constantFrom('root', 'ann'))
    .map(([uid, name]): Fact => ({ fact: 'user-name', uid, name })),
  fc.tuple(fc.constantFrom('a', 'b'), fc.constantFrom(undefined, 'c', 'd')).map(
    ([reason, lift]): Fact => ({
      fact: 'limit',
      code: 'links-refused',
      brief: `brief ${reason}`,
      reason,
      ...(lift === undefined ? {} : { lift }),
    }),
  ),
  fc.constantFrom('x', 'y').map((text): Fact => ({ fact: 'disagreement', text })),
);

/** A source is told of once. */
const coverages = fc.uniqueArray(
  fc
    .record(
      {
        source: fc.nat(9).map((n) => `source ${n}`),
        question: fc.constant('q?'),
        ran: fc.boolean(),
        asked: fc.nat(8),
        found: fc.nat(8),
        refused: fc.constant(0),
        refusals: fc.constant([]),
        durationMs: fc.double({ min: 0, max: 1, noNaN: true }),
      },
      plain,
    )
    .map((coverage): Fact => ({ fact: 'coverage', coverage })),
  { selector: (fact) => (fact.fact === 'coverage' ? fact.coverage.source : ''), maxLength: 4 },
);

/** Up to 24 facts, in the mean a dozen. */
function some<T>(one: fc.Arbitrary<T>): fc.Arbitrary<T[]> {
  return fc.array(one, { maxLength: 24, size: 'max' });
}

/** The host fact and up to 76 others, some dozens in the mean. Processes share a few sets of namespaces. */
export const generatedFacts: fc.Arbitrary<Fact[]> = fc
  .tuple(
    fc.constantFrom('5.10.0-30-amd64', '6.12.0', '6.18.44'),
    fc.array(links, { minLength: 1, maxLength: 6, size: 'max' }),
    some(fc.tuple(process, fc.nat(5))),
    some(namespace),
    some(small),
    coverages,
  )
  .map(([kernel, shared, processes, ...others]) => [
    hostFact({ kernel }),
    ...processes.map(([one, set]): Fact => ({ ...one, namespaces: shared[set % shared.length] as NamespaceInodes })),
    ...others.flat(),
  ]);

/** The same, of a host where every link of every process is known. */
export const generatedFactsWithLinks: fc.Arbitrary<Fact[]> = generatedFacts.map((facts) => facts.map(withKnownLinks));

function withKnownLinks(fact: Fact): Fact {
  if (fact.fact !== 'process') return fact;
  const entries = namespaceLinks.map((link) => {
    const inode = fact.namespaces[link];
    return [link, isKnown(inode) ? inode : hostInodes[readLinkType(link)]];
  });
  return { ...fact, namespaces: Object.fromEntries(entries) as NamespaceInodes };
}
