// Facts of a host that chance makes up: true in their form, contradicting each other now and then.
import type { Fact, NamespaceInodes } from '../../../src/model/facts/facts.ts';
import type { Known, UnknownReason } from '../../../src/model/snapshot/known.ts';
import {
  type NamespaceLink,
  type NamespaceType,
  namespaceLinks,
  namespaceTypes,
  readLinkType,
} from '../../../src/model/snapshot/namespace-types.ts';
import type { Random } from '../../random.ts';
import { hostFact, hostInodes } from '../../recorded-facts.ts';

const reasons: readonly UnknownReason[] = ['denied', 'gone', 'unsupported', 'not-asked'];

function known<T>(random: Random, value: T): Known<T> {
  if (random.happens(0.7)) return value;
  const unknown = random.pick(reasons);
  return unknown === 'denied' ? { unknown, errno: random.pick(['EACCES', 'EPERM']) } : { unknown };
}

/** The host's own namespace of the type, or one of a few others. */
function inode(random: Random, type: NamespaceType): number {
  return random.happens(0.5) ? hostInodes[type] : 4026532000 + random.below(6);
}

function links(random: Random): NamespaceInodes {
  return Object.fromEntries(
    namespaceLinks.map((link): [NamespaceLink, Known<number>] => [
      link,
      known(random, inode(random, readLinkType(link))),
    ]),
  ) as NamespaceInodes;
}

function processFact(random: Random, shared: readonly NamespaceInodes[]): Fact {
  const pid = 1 + random.below(30);
  return {
    fact: 'process',
    pid,
    tid: random.happens(0.8) ? pid : 100 + random.below(5),
    ppid: random.below(30),
    state: random.pick(['S', 'R', 'Z']),
    comm: random.pick(['a', 'b\n', '\udcff']),
    startTimeTicks: random.below(4),
    threads: 1 + random.below(3),
    uid: random.below(2) * 1000,
    kernelThread: random.happens(0.2),
    namespaces: random.pick(shared),
    commandLine: known(random, ['x', 'y'].slice(random.below(3))),
    cgroup: known(random, random.pick(['/', '/a'])),
  };
}

function namespaceFact(random: Random): Fact {
  const type = random.pick(namespaceTypes);
  const user = known(random, inode(random, 'user'));
  return {
    fact: 'namespace',
    type,
    inode: inode(random, type),
    ...(random.happens(0.5) ? { dev: known(random, 4) } : {}),
    ...(random.happens(0.5) ? { id: known(random, String(random.below(3))) } : {}),
    ...(random.happens(0.5) ? { owner: user } : {}),
    ...(random.happens(0.3) ? { openedAtMs: random.below(9) } : {}),
    ...(type === 'pid' ? { parent: known(random, inode(random, 'pid')) } : {}),
    ...(type === 'user' ? { parent: user, creatorUid: known(random, random.below(3)) } : {}),
    ...(type === 'user' ? { uidMap: known(random, [{ inside: 0, outside: random.below(2), count: 1 }]) } : {}),
    ...(type === 'user' ? { setgroups: known(random, random.pick(['allow', 'deny'])) } : {}),
    ...(type === 'time'
      ? {
          timeOffsets: known(random, {
            monotonic: { seconds: 1 - random.below(3), nanoseconds: 0 },
            boottime: { seconds: 0, nanoseconds: 5 },
          }),
        }
      : {}),
  };
}

function smallFact(random: Random): Fact {
  const type = random.pick(namespaceTypes);
  const number = inode(random, type);
  const pid = 1 + random.below(30);
  switch (random.below(9)) {
    case 0:
      return { fact: 'nested-pids', pid, pids: [pid, 1 + random.below(3)].slice(random.below(2)) };
    case 1:
      return { fact: 'command-line', pid, commandLine: known(random, [random.pick(['c', 'd'])]) };
    case 2: {
      const name = random.pick(['blue', 'red']);
      const kind = random.pick(['ip-netns', 'bind-mount'] as const);
      return { fact: 'name', type, inode: number, name: { kind, name, path: `/run/netns/${name}` } };
    }
    case 3:
      return { fact: 'holder', type, inode: number, holder: { kind: 'fd', pid, fd: random.below(2) } };
    case 4:
      return {
        fact: 'enumeration',
        pass: random.pick(['first', 'last']),
        source: random.pick(['one', 'two']),
        wholeTypes: random.happens(0.5) ? namespaceTypes : [type],
        namespaces: [{ type, inode: number }],
      };
    case 5:
      return { fact: 'user-name', uid: random.below(2) * 1000, name: random.pick(['root', 'ann']) };
    case 6:
      return {
        fact: 'limit',
        reason: random.pick(['a', 'b']),
        ...(random.happens(0.5) ? { lift: random.pick(['c', 'd']) } : {}),
      };
    case 7:
      return { fact: 'disagreement', text: random.pick(['x', 'y']) };
    default:
      return {
        fact: 'coverage',
        coverage: {
          source: `source ${random.below(1_000_000)}`,
          question: 'q?',
          ran: random.happens(0.5),
          asked: random.below(9),
          found: random.below(9),
          refused: 0,
          refusals: [],
          durationMs: random.next(),
        },
      };
  }
}

/** The host fact and a few dozen others. */
export function generateFacts(random: Random): Fact[] {
  const shared = Array.from({ length: 1 + random.below(6) }, () => links(random));
  const make = (count: number, one: () => Fact) => Array.from({ length: random.below(count) }, one);
  const kernel = random.pick(['5.10.0-30-amd64', '6.12.0', '6.18.44']);
  return [
    hostFact({ kernel }),
    ...make(25, () => processFact(random, shared)),
    ...make(25, () => namespaceFact(random)),
    ...make(25, () => smallFact(random)),
  ];
}
