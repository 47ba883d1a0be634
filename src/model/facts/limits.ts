// What may limit a listing: each in a few words, as a remark has it, in a sentence, as the coverage has it, and what would
// lift it.
import { type NamespaceType, namespaceTypes } from '../snapshot/namespace-types.ts';
import type { Limit } from '../snapshot/schema.ts';

export const asHostRoot = 'run as root of the host';

/** "process 812", or how many there are and the first. */
export function nameProcesses(pids: readonly number[]): string {
  return pids.length === 1 ? `process ${pids[0]}` : `${pids.length} processes (the first: ${pids[0]})`;
}

/** "PID 812", "95 processes" */
function countProcesses(pids: readonly number[]): string {
  return pids.length === 1 ? `PID ${pids[0]}` : `${pids.length} processes`;
}

/** The only one, or how many there are and the first. */
function nameFirst(names: readonly string[]): string {
  return names.length === 1 ? `${names[0]}` : `${names.length} namespaces (the first: ${names[0]})`;
}

/** "the owner of net:[4026532330]", "owners of 3 namespaces" */
function countOwners(what: string, names: readonly string[]): string {
  return names.length === 1 ? `${what} of ${names[0]}` : `${what}s of ${names.length} namespaces`;
}

/** "of net, pid", or shorter what is not missing. */
function nameTypes(missing: readonly NamespaceType[]): string {
  const others = namespaceTypes.filter((type) => !missing.includes(type));
  if (others.length === 0) return '';
  return others.length < missing.length ? ` of all but ${others.join(', ')}` : ` of ${missing.join(', ')}`;
}

function withLift(limit: Omit<Limit, 'lift'>, lift: string | undefined): Limit {
  return lift === undefined ? limit : { ...limit, lift };
}

/** What was refused of some processes: their sentence stands alone where it says of which holders nothing is known. */
export const sentences = {
  linksRefused: (pids: readonly number[], errno: string) =>
    `the namespace links of ${nameProcesses(pids)} are refused (${errno})`,
  descriptorsRefused: (pids: readonly number[], errno: string) =>
    `the descriptors of ${nameProcesses(pids)} are refused (${errno})`,
  processesHidden: (hidepid: string) =>
    `/proc is mounted with hidepid=${hidepid}: other users' processes do not appear at all`,
  processesOutside: (shown: string) =>
    `/proc shows ${shown}, a child pid namespace: processes outside it are invisible`,
  mountsUnread: (inodes: readonly number[], errno: string) =>
    `the mounts of ${nameMountNamespaces(inodes)} could not be read as a whole (${errno})`,
  socketsRefused: (count: number, errno: string) =>
    `the network namespaces of ${count} sockets could not be asked for (${errno})`,
};

function nameMountNamespaces(inodes: readonly number[]): string {
  return inodes.length === 1 ? `mnt:[${inodes[0]}]` : `${inodes.length} mount namespaces`;
}

/** Why a list of the kernel's was not read, of one way of asking: a few words, a sentence, and what would help. */
interface Refusal {
  readonly brief: string;
  readonly reason: string;
  readonly lift: string;
}

export const limits = {
  addonMissing: (why: string): Limit => ({
    code: 'addon-missing',
    brief: 'owners and ids not read without the addon',
    reason: `owners, parents, ids and uts names were not read: ${why}`,
    lift: 'the addon of nscope',
  }),
  /** @param hidepid - 1 or noaccess */
  filesRefused: (hidepid: string): Limit => ({
    code: 'files-refused',
    brief: `files of other users' processes refused (hidepid=${hidepid})`,
    reason: `/proc is mounted with hidepid=${hidepid}: the files of other users' processes are refused`,
    lift: asHostRoot,
  }),
  /** @param hidepid - 2, 4, or their words */
  processesHidden: (hidepid: string): Limit => ({
    code: 'processes-hidden',
    brief: `other users' processes hidden (hidepid=${hidepid})`,
    reason: sentences.processesHidden(hidepid),
    lift: asHostRoot,
  }),
  /** @param shown - the pid namespace that /proc shows */
  processesOutside: (shown: string): Limit => ({
    code: 'processes-outside',
    brief: `processes outside ${shown} invisible`,
    reason: sentences.processesOutside(shown),
    lift: 'run in the initial pid namespace',
  }),
  /** @param isGuarded - whether they are refused to who may trace any process */
  linksRefused: (pids: readonly number[], errno: string, isGuarded: boolean): Limit =>
    withLift(
      {
        code: 'links-refused',
        brief: `${countProcesses(pids)} withheld`,
        reason: `${sentences.linksRefused(pids, errno)}${isGuarded ? ' even to root: a security module or sandbox of this host guards them' : ''}`,
      },
      isGuarded ? undefined : asHostRoot,
    ),
  descriptorsRefused: (pids: readonly number[], errno: string): Limit => ({
    code: 'descriptors-refused',
    brief: `descriptors of ${countProcesses(pids)} refused`,
    reason: `${sentences.descriptorsRefused(pids, errno)}: what they alone hold is not shown`,
  }),
  /** @param missing - the types of which the kernel did not list all */
  listNotRead: (missing: readonly NamespaceType[], refusals: readonly Refusal[]): Limit => {
    const [briefs, reasons, lifts] = (['brief', 'reason', 'lift'] as const).map((key) => [
      ...new Set(refusals.map((one) => one[key])),
    ]);
    const because = (texts: readonly string[] = []) => (texts.length > 0 ? ` (${texts.join('; ')})` : '');
    return withLift(
      {
        code: 'list-not-read',
        brief: `the kernel's list${nameTypes(missing)} not read${because(briefs)}`,
        reason: `the kernel was not asked for its list of all ${missing.join(', ')} namespaces${because(reasons)}: one that nothing visible holds is not shown`,
      },
      lifts && lifts.length > 0 ? lifts.join('; ') : undefined,
    );
  },
  /** @param source - by which way the list was read */
  listCut: (count: number, source: string): Limit => ({
    code: 'list-cut',
    brief: `no room for ${count} namespaces of the kernel's list`,
    reason: `${count} namespaces of the kernel's list (${source}) found no room in nscope's memory: they are shown only where something visible leads to them`,
    lift: 'more memory and descriptors for nscope',
  }),
  mountsUnread: (inodes: readonly number[], errno: string): Limit => ({
    code: 'mounts-unread',
    brief: `mounts of ${nameMountNamespaces(inodes)} not read`,
    reason: `${sentences.mountsUnread(inodes, errno)}: what is bind mounted there alone is not shown`,
    lift: asHostRoot,
  }),
  /** @param silence - which file system did not answer, in a sentence */
  mountsSilent: (silence: string): Limit => ({
    code: 'mounts-silent',
    brief: 'a file system did not answer',
    reason: `${silence}: a namespace that is bind mounted there alone was not asked`,
    lift: 'a file system that answers',
  }),
  /** @param silence - what did not answer, in a sentence */
  namesSilent: (silence: string): Limit => ({
    code: 'names-silent',
    brief: 'names of ip netns not read',
    reason: `${silence}: names of ip netns were not read`,
  }),
  namesCut: (directory: string, read: number): Limit => ({
    code: 'names-cut',
    brief: `only ${read} names of ip netns read`,
    reason: `${directory} has more than ${read} names: the others were not read`,
  }),
  queueCut: (socket: number): Limit => ({
    code: 'queue-cut',
    brief: `queue of socket:[${socket}] not all read`,
    reason: `not all that is in flight in socket:[${socket}] was read: it is too much, or has queues of its own`,
  }),
  socketsRefused: (count: number, errno: string, lift: string | undefined): Limit =>
    withLift(
      {
        code: 'sockets-refused',
        brief: `namespaces of ${count} ${count === 1 ? 'socket' : 'sockets'} refused`,
        reason: `${sentences.socketsRefused(count, errno)}: what they alone hold is not shown`,
      },
      lift,
    ),
  /** @param isCapable - whether root of the host could open no more */
  ownerOutOfReach: (names: readonly string[], isCapable: boolean): Limit =>
    withLift(
      {
        code: 'owner-out-of-reach',
        brief: `${countOwners('owner', names)} not known`,
        reason: `the owner of ${nameFirst(names)} is out of reach: nothing that could be opened leads there`,
      },
      isCapable ? undefined : asHostRoot,
    ),
  aboveOutOfReach: (names: readonly string[], errno: string): Limit => ({
    code: 'above-out-of-reach',
    brief: `${countOwners('owner or parent', names)} not known`,
    reason: `the owner or parent of ${nameFirst(names)} is out of reach (${errno})`,
    lift: errno === 'ENOTTY' ? 'a kernel that answers ioctl_nsfs(2)' : asHostRoot,
  }),
  /**
   * @param links - network links that lead to what was not found, each in a few words
   * @param isRefused - whether some network namespaces could not be opened
   */
  peersNotFound: (links: readonly string[], isRefused: boolean): Limit => {
    const which = links.length === 1 ? 'a link leads' : `${links.length} links lead`;
    const hidden = isRefused ? 'was not found, or could not be opened' : 'was not found';
    return {
      code: 'peers-not-found',
      brief: `${which} to a network namespace not found`,
      reason: `${which} to a network namespace that ${hidden} (${links.length === 1 ? '' : 'the first: '}${links[0]})`,
      lift: byList,
    };
  },
  peersNotFollowed: (count: number): Limit => ({
    code: 'peers-not-followed',
    brief: `${count} links to network namespaces not followed`,
    reason: `${count} links to other network namespaces were not followed, for their number`,
    lift: byList,
  }),
  /** @param first - where that was refused first */
  workloadsNameless: (count: number, errno: string, first: string): Limit => {
    const of = count === 1 ? 'one workload' : `${count} workloads`;
    return {
      code: 'workloads-nameless',
      brief: `${count === 1 ? 'name' : 'names'} of ${of} refused`,
      reason: `the names of ${of}: what the engines keep is refused (${errno}; the first: ${first})`,
      lift: asHostRoot,
    };
  },
};

const byList = 'read the list of network namespaces with BPF: Linux 6.1 or newer, as root of the host';
