// What each network namespace has: links and where they lead, addresses, routes, sockets. Threads of the addon go there and
// ask rtnetlink(7) and /proc/thread-self/net; of what may not be entered, /proc/PID/net of a process in it tells the sockets.
import { loadAddon } from '../kernel/addon/addon.ts';
import { readTextFile } from '../kernel/files/files.ts';
import { askNetworks, parseLinks } from '../kernel/net/ask-networks.ts';
import { isKnown, type Known, notAsked, type Unknown } from '../model/snapshot/known.ts';
import type { Network, Snapshot } from '../model/snapshot/schema.ts';
import type { ConditionReader, ConditionReport } from './condition.ts';
import { describeLink } from './networks/describe-links.ts';
import { hasNfTables } from './networks/filter-modules.ts';
import { OpenSockets } from './networks/open-sockets.ts';
import { Reach, type ReachedNamespace } from './networks/reach.ts';
import {
  buildNetworkQuestion,
  type NetworkAnswers,
  pickFilterAnswers,
  type Rest,
  readRest,
  readSockets,
  socketFiles,
} from './networks/read-network.ts';
import { type FilterAnswers, type Redirects, readRedirects } from './networks/read-redirects.ts';
import { type ReadNetwork, resolveNumbers } from './networks/resolve-numbers.ts';

const noAddon: Unknown = Object.freeze({ unknown: 'unsupported', detail: 'the addon is missing' });

export const networks: ConditionReader<'networks'> = {
  name: 'networks',
  question: 'what has each network namespace, and where do its links lead?',
  read(snapshot, report) {
    const reach = new Reach();
    try {
      return Object.freeze(readAll(reach.list(snapshot), snapshot, report));
    } finally {
      reach.close();
    }
  },
};

function readAll(reached: readonly ReachedNamespace[], snapshot: Snapshot, report: ConditionReport): Network[] {
  report.asked(reached.length);
  const nfTables = hasNfTables();
  const answers = ask(reached, isKnown(nfTables) && nfTables, report);
  const redirects = followRedirects(reached, answers, nfTables);
  const read: ReadNetwork[] = [];
  const places = new Map<number, number>();
  for (const [at, { inode, path }] of reached.entries()) {
    const links = readLinks(answers[at] ?? notAsked);
    if (!isKnown(links) || !isKnown(path)) continue;
    places.set(inode, read.length);
    read.push({ inode, path, links });
  }
  const numbers = resolveNumbers(read);
  const sockets = once(() => new OpenSockets(snapshot));
  return reached.map(({ inode, namespace }, at) => {
    const answer = answers[at] ?? notAsked;
    const links = readLinks(answer);
    const place = places.get(inode);
    const resolve = (nsid: number) => read[numbers[place ?? -1]?.get(nsid) ?? -1]?.inode;
    const described = isKnown(links)
      ? Object.freeze(links.map((link) => addOpeners(describeLink(link, inode, resolve), inode, sockets)))
      : links;
    const rest = isKnown(answer)
      ? readRest(answer, sockets)
      : readFromOutside(namespace.processes.leader, answer, sockets);
    return Object.freeze({ inode, links: described, ...rest, redirects: redirects[at] ?? notAsked });
  });
}

/** Rules need more questions, which few namespaces are asked. */
function followRedirects(
  reached: readonly ReachedNamespace[],
  answers: readonly Known<NetworkAnswers>[],
  nfTables: Known<boolean>,
): readonly Redirects[] {
  const asked: FilterAnswers[] = [];
  for (const [at, { inode, path }] of reached.entries()) {
    const answer = answers[at] ?? notAsked;
    if (isKnown(path) && isKnown(answer)) asked.push({ path: { inode, path }, ...pickFilterAnswers(answer) });
  }
  const read = readRedirects(asked).values();
  return reached.map(({ path }, at) => {
    const answer = answers[at] ?? notAsked;
    if (!isKnown(path)) return path;
    if (!isKnown(answer)) return answer;
    const found = read.next().value ?? notAsked;
    return isKnown(nfTables) ? found : nfTables;
  });
}

function ask(
  reached: readonly ReachedNamespace[],
  hasChains: boolean,
  report: ConditionReport,
): readonly Known<NetworkAnswers>[] {
  if ('missing' in loadAddon()) return reached.map(() => noAddon);
  const ways = reached.flatMap(({ inode, path }) => (isKnown(path) ? [{ inode, path }] : []));
  const answers = askNetworks(ways, buildNetworkQuestion(hasChains)).values();
  return reached.map(({ path }) => {
    if (!isKnown(path)) return path;
    const answer = answers.next().value ?? [];
    const [first = notAsked] = answer;
    // Links are never refused inside.
    if (isKnown(first)) return answer;
    if (first.unknown !== 'gone') report.refused('entering a network namespace', first.errno ?? '?', path);
    return first;
  });
}

const parsed = new WeakMap<Uint8Array, ReturnType<typeof parseLinks>>();

/** Parsed once, since its links are wanted before those of all are known. */
function readLinks(answer: Known<NetworkAnswers>): ReturnType<typeof parseLinks> {
  if (!isKnown(answer)) return answer;
  const [bytes = notAsked] = answer;
  if (!isKnown(bytes)) return bytes;
  let links = parsed.get(bytes);
  if (!links) {
    links = parseLinks(bytes);
    parsed.set(bytes, links);
  }
  return links;
}

function addOpeners(
  link: ReturnType<typeof describeLink>,
  inode: number,
  sockets: () => OpenSockets,
): ReturnType<typeof describeLink> {
  const openedBy = link.kind === 'tun' ? sockets().whoOpened(inode, link.name) : undefined;
  return openedBy ? Object.freeze({ ...link, openedBy }) : link;
}

/** Anybody may read the sockets of a process's network namespace, and not its links. */
function readFromOutside(leader: number | null, why: Unknown, sockets: () => OpenSockets): Rest {
  const unread = { addresses: why, routes: why, neighbours: why };
  if (leader === null) return { ...unread, listening: why, sockets: why, conntrack: why };
  const texts = socketFiles.map((name) => readTextFile(`/proc/${leader}/net/${name}`));
  return { ...unread, ...readSockets(texts, sockets), conntrack: why };
}

function once<T>(make: () => T): () => T {
  let made: T | undefined;
  return () => {
    made ??= make();
    return made;
  };
}
