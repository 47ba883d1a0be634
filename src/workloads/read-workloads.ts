// The containers, sandboxes and units that are there, and their names. Recognized in a snapshot; then their engines'
// own files are read. Nothing is started and no engine is asked.
import { readLink } from '../kernel/files/files.ts';
import { readShapedFile, readShapedLink } from '../kernel/files/shaped-files.ts';
import { keepStandIn } from '../kernel/files/stand-in.ts';
import { RefusalCounts } from '../model/facts/refusals.ts';
import { isKnown, type Known } from '../model/snapshot/known.ts';
import { namespaceTypes } from '../model/snapshot/namespace-types.ts';
import type { Process, Snapshot, SourceCoverage, Workload } from '../model/snapshot/schema.ts';
import { findNamedNetworks } from './engines/named-networks.ts';
import type { Witness } from './signs/authority.ts';
import type { Engine, StateReader, WorkloadDraft } from './signs/engine.ts';
import { recognize } from './signs/recognize.ts';

export interface FoundWorkloads {
  readonly workloads: readonly Workload[];
  readonly coverage: Omit<SourceCoverage, 'durationMs'>;
}

/** @param snapshot - with the command lines and cgroups of all processes */
export function readWorkloads(
  snapshot: Snapshot,
  engines: readonly Engine[],
  fallback: Engine,
  witness: Witness,
): FoundWorkloads {
  const counts = { asked: 0, refusals: new RefusalCounts() };
  const drafts = recognize(snapshot, engines, fallback, witness);
  const networks = findNamedNetworks(snapshot, drafts);
  const reader = makeReader(snapshot, witness, counts);
  keepStandIn(() => {
    for (const engine of [...engines, fallback]) {
      const own = drafts.filter((draft) => draft.engine === engine.name && mayLearn(draft));
      if (own.length > 0) engine.learn?.(own, reader);
    }
  });
  const hosts = findHostInodes(snapshot, drafts);
  const nested = findInside(drafts);
  const workloads = [
    ...drafts.flatMap((draft) => {
      const all = [...draft.members, ...(draft.authority.trusted ? (nested.get(draft) ?? []) : [])];
      return all.length > 0 ? [finish(draft, all, hosts, undefined)] : [];
    }),
    ...networks.map(({ draft, inode, inside }) =>
      finish(draft, draft.members.length > 0 ? draft.members : inside, hosts, inode),
    ),
  ].sort(compare);
  return {
    workloads: Object.freeze(workloads),
    coverage: {
      source: 'workloads',
      question: 'which container, sandbox or unit is each process in?',
      ran: true,
      asked: counts.asked,
      found: workloads.length,
      refused: counts.refusals.total,
      refusals: counts.refusals.list(),
    },
  };
}

/** What root's engines keep says nothing of what somebody else, or somebody inside of a workload, calls so. */
function mayLearn({ authority, outer }: WorkloadDraft): boolean {
  return authority.trusted || (authority.uid === undefined && outer === undefined);
}

/** The processes of the workloads inside of each, however deep: nobody inside of root's can make it look empty. */
function findInside(drafts: readonly WorkloadDraft[]): ReadonlyMap<WorkloadDraft, readonly Process[]> {
  const inside = new Map<WorkloadDraft, Process[]>();
  for (const { outer, members } of drafts) {
    const around = new Set<WorkloadDraft>();
    for (let at = outer; at && !around.has(at); at = at.outer) {
      around.add(at);
      inside.set(at, [...(inside.get(at) ?? []), ...members]);
    }
  }
  return inside;
}

interface Counts {
  asked: number;
  readonly refusals: RefusalCounts;
}

/** No engine's record of a container comes near this. */
const maxFileBytes = 2 ** 24;

/** A link of /proc, or one that an engine keeps. */
function readEngineLink(path: string, trusts: (uid: number) => boolean): Known<string> {
  return path.startsWith('/proc/') ? readLink(path) : readShapedLink({ path, links: 'directories', trusts });
}

/** Each file is read once; what is not there is no refusal, since an engine may keep things elsewhere. */
function makeReader(snapshot: Snapshot, witness: Witness, counts: Counts): StateReader {
  const texts = new Map<string, string | undefined>();
  const own = process.geteuid?.();
  const trusts = (uid: number) => uid === 0 || uid === own;
  const note = <T>(path: string, value: Known<T>): Known<T> => {
    counts.asked++;
    if (isKnown(value) || value.unknown === 'gone') return value;
    counts.refusals.add('what an engine keeps of its workloads', value.errno ?? 'EINVAL', path);
    return value;
  };
  const readText = (path: string) => {
    if (!texts.has(path)) {
      const text = note(path, readShapedFile({ path, links: 'directories', trusts }, maxFileBytes));
      texts.set(path, isKnown(text) ? text : undefined);
    }
    return texts.get(path);
  };
  return {
    processes: snapshot.processes,
    readText,
    readJson: (path) => parseJson(readText(path)),
    readLink: (path) => note(path, readEngineLink(path, trusts)),
    trusts: (process, isProgram) => witness.ofProcess(process, isProgram).trusted,
  };
}

/** An engine may be writing the file just now. */
function parseJson(text: string | undefined): unknown {
  if (text === undefined) return undefined;
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/**
 * By type the namespaces that are no workload's: the boot's own, and those of the visible PID 1, unless that one is in a
 * workload itself, as seen from inside of a container.
 */
function findHostInodes(snapshot: Snapshot, drafts: readonly WorkloadDraft[]): ReadonlySet<string> {
  const keys = snapshot.namespaces.flatMap(({ type, inode, initial }) => (initial === true ? [`${type}${inode}`] : []));
  const init = snapshot.processes.find(({ tid }) => tid === 1);
  if (init && !drafts.some(({ members }) => members.includes(init)))
    for (const type of namespaceTypes) keys.push(`${type}${String(init.namespaces[type])}`);
  return new Set(keys);
}

/** @param all - its processes and those inside of the workloads in it */
function finish(
  draft: WorkloadDraft,
  all: readonly Process[],
  hosts: ReadonlySet<string>,
  netns: number | undefined,
): Workload {
  const { engine, kind, id, image, labels, pod, project, outer, authority } = draft;
  const members = [...draft.members].sort((a, b) => a.pid - b.pid);
  const evidence = draft.evidence.map((one) => Object.freeze({ ...one }));
  return Object.freeze({
    engine,
    kind,
    id,
    name: draft.name ?? (/^[0-9a-f]{64}$/.test(id) ? id.slice(0, 12) : id),
    certainty: authority.trusted ? 'certain' : 'likely',
    ...(authority.trusted || authority.uid === undefined ? {} : { claimedBy: authority.uid }),
    ...(image === undefined ? {} : { image }),
    ...(labels === undefined ? {} : { labels: Object.freeze({ ...labels }) }),
    ...(pod === undefined ? {} : { pod }),
    ...(project === undefined ? {} : { project }),
    ...(outer === undefined ? {} : { outer: Object.freeze({ engine: outer.engine, id: outer.id }) }),
    leader: findLeader(all)?.pid ?? null,
    pids: Object.freeze(members.map(({ pid }) => pid)),
    namespaces: listNamespaces(members.length > 0 ? members : all, hosts, netns),
    evidence: Object.freeze(evidence),
  });
}

/** Its init, else the oldest: the first of those whose parent is none of them. */
function findLeader(members: readonly Process[]): Process | undefined {
  const pids = new Set(members.map(({ pid }) => pid));
  const tops = members.filter(({ ppid }) => !pids.has(ppid));
  const isInit = ({ pids: nested }: Process) => nested.length > 1 && nested.at(-1) === 1;
  const age = (a: Process, b: Process) =>
    Number(isInit(b)) - Number(isInit(a)) || a.startTimeTicks - b.startTimeTicks || a.pid - b.pid;
  return [...(tops.length > 0 ? tops : members)].sort(age)[0];
}

function listNamespaces(
  members: readonly Process[],
  hosts: ReadonlySet<string>,
  netns: number | undefined,
): Workload['namespaces'] {
  return namespaceTypes.flatMap((type) => {
    const inodes = new Set<number>(type === 'net' && netns !== undefined ? [netns] : []);
    for (const { namespaces, inferred } of members) {
      const place = inferred?.[type];
      const link = namespaces[type];
      const inode = isKnown(link) ? link : place && 'inode' in place ? place.inode : undefined;
      if (inode !== undefined && !hosts.has(`${type}${inode}`)) inodes.add(inode);
    }
    return [...inodes].sort((a, b) => a - b).map((inode) => Object.freeze({ type, inode }));
  });
}

function compare(a: Workload, b: Workload): number {
  const [x, y] = [a, b].map(({ engine, name, id, certainty }) => [engine, name, id, certainty].join('\0')) as [
    string,
    string,
  ];
  return x < y ? -1 : x > y ? 1 : 0;
}
