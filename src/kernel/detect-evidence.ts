// Gathers what tells whether a process is in child namespaces. Reads only; judging is for analysis/detect.
import { closeSync, readFileSync } from 'node:fs';
import { release } from 'node:os';
import type { DetectEvidence, DetectSubject, NamespaceAnswers, NamespaceIdentity } from '../model/detect-evidence.ts';
import { isKnown, type Known, notAsked, type Unknown, unknownFromErrno } from '../model/known.ts';
import { isNamespaceType, type NamespaceLink, type NamespaceType, namespaceLinks } from '../model/namespace-types.ts';
import type { TimeOffsets } from '../model/schema.ts';
import { parseIdMap } from '../parse/id-map.ts';
import { parseStat } from '../parse/stat.ts';
import { parseNestedPids } from '../parse/status.ts';
import { parseTimeOffsets } from '../parse/time-offsets.ts';
import { loadAddon } from './addon.ts';
import { readHostNetSysctl, readProcEvidence, readProcInodes } from './detect-proc.ts';
import { readTraces } from './detect-traces.ts';
import { readCgroups, readLinks, readMountIds, readNetStat, readWitness } from './detect-witness.ts';
import { attempt, readTextFile } from './files.ts';
import {
  closeNamespace,
  identify,
  nsGetId,
  nsGetMntnsId,
  nsGetParent,
  nsGetUserns,
  type OpenNamespace,
  openNamespace,
} from './nsfs.ts';
import { pidfdGetNamespace, pidfdOpen } from './sockets.ts';

/** What is asked about: the reader, a process of /proc, or a namespace of which all is known already. */
export type DetectQuestion =
  | { readonly about: 'self' }
  | { readonly about: 'process'; readonly pid: number }
  | {
      readonly about: 'namespace';
      readonly type: NamespaceType;
      readonly identity: NamespaceIdentity;
      readonly answers: NamespaceAnswers;
    };

const missingInNode: Unknown = Object.freeze({ unknown: 'unsupported', detail: 'there is no addon to ask with' });

/** @returns the evidence, or `gone` when the process ended before all was read or there is none */
export function readDetectEvidence(question: DetectQuestion): Known<DetectEvidence> {
  const addon = loadAddon();
  const addonMissing = 'missing' in addon ? addon.missing : null;
  const proc = readProcEvidence();
  const self = question.about === 'self';
  const directory = self ? '/proc/self' : question.about === 'process' ? `/proc/${question.pid}` : undefined;
  const before = directory === undefined || (self && proc.state !== 'mounted') ? undefined : readStart(directory);
  if (before !== undefined && !isKnown(before) && !self) return before;
  const { links, answers } = readNamespaces(question, directory, addonMissing === null);
  const status = directory === undefined ? notAsked : readTextFile(`${directory}/status`);
  const uidMap = directory === undefined ? notAsked : readTextFile(`${directory}/uid_map`);
  const offsets = directory === undefined ? notAsked : readTextFile(`${directory}/timens_offsets`);
  const evidence: DetectEvidence = {
    kernel: release(),
    addonMissing,
    subject: describeSubject(question, before),
    proc,
    links,
    answers,
    reader: readLinks('/proc/self'),
    uidMap: isKnown(uidMap) ? parseIdMap(uidMap) : uidMap,
    pids: isKnown(status) ? (parseNestedPids(status) ?? unknownFromErrno('ENOENT')) : status,
    cgroups: directory === undefined ? notAsked : readCgroups(directory),
    timeOffsets: readOffsets(offsets),
    mountIds: directory === undefined ? notAsked : readMountIds(directory),
    netStat: directory === undefined ? notAsked : readNetStat(directory),
    init: readWitness(1),
    second: readWitness(2),
    procInodes: readProcInodes(),
    hostNetSysctl: readHostNetSysctl(),
    traces: directory === undefined ? [] : readTraces(question.about === 'process' ? question.pid : undefined, self),
  };
  if (directory === undefined || before === undefined || !isKnown(before)) return evidence;
  const after = readStart(directory);
  if (!isKnown(after)) return after;
  return after.ticks === before.ticks ? evidence : unknownFromErrno('ESRCH');
}

function readStart(directory: string): Known<{ readonly pid: number; readonly ticks: number }> {
  const bytes = attempt(() => readFileSync(`${directory}/stat`));
  if (!isKnown(bytes)) return bytes;
  const { pid, startTimeTicks } = parseStat(bytes);
  return { pid, ticks: startTimeTicks };
}

function describeSubject(question: DetectQuestion, start: Known<{ readonly pid: number }> | undefined): DetectSubject {
  if (question.about === 'namespace') return { self: false, namespace: question.type };
  const pid = question.about === 'process' ? question.pid : start && isKnown(start) ? start.pid : undefined;
  return { self: question.about === 'self', ...(pid === undefined ? {} : { pid }) };
}

/** The file of a process that has let go of its namespaces is empty. */
function readOffsets(text: Known<string>): Known<TimeOffsets> {
  if (!isKnown(text)) return text;
  return text === '' ? unknownFromErrno('ESRCH') : parseTimeOffsets(text);
}

type Links = Record<NamespaceLink, Known<NamespaceIdentity>>;
type Answers = Record<NamespaceType, NamespaceAnswers>;

function readNamespaces(question: DetectQuestion, directory: string | undefined, ask: boolean) {
  const links: Partial<Links> = {};
  const answers: Partial<Answers> = {};
  for (const link of namespaceLinks) {
    const open = directory === undefined ? notAsked : openLink(directory, link, question.about === 'self' && ask);
    links[link] = isKnown(open) ? { inode: open.inode, dev: open.dev } : open;
    if (isNamespaceType(link)) answers[link] = askNamespace(open, link, ask);
    if (isKnown(open)) closeNamespace(open);
  }
  if (question.about === 'namespace') {
    links[question.type] = question.identity;
    answers[question.type] = question.answers;
  }
  return { links: links as Links, answers: answers as Answers };
}

/** Through /proc, and for the reader itself through its pidfd where /proc is not to be had. */
function openLink(directory: string, link: NamespaceLink, orOwnPidfd: boolean): Known<OpenNamespace> {
  const open = attempt(() => openNamespace(`${directory}/ns/${link}`));
  if (isKnown(open) || !orOwnPidfd || isKnown(readTextFile('/proc/self/stat'))) return open;
  return attempt(() => {
    const pidfd = pidfdOpen(process.pid);
    try {
      return identify(pidfdGetNamespace(pidfd, link));
    } finally {
      closeSync(pidfd);
    }
  });
}

function askNamespace(open: Known<OpenNamespace>, type: NamespaceType, ask: boolean): NamespaceAnswers {
  if (!isKnown(open)) return { id: open, owner: open, parent: open };
  if (!ask) return { id: missingInNode, owner: missingInNode, parent: missingInNode };
  const id = attempt(() => String(nsGetId(open.fd)));
  return {
    id: !isKnown(id) && type === 'mnt' ? attempt(() => String(nsGetMntnsId(open.fd))) : id,
    owner: attempt(() => readInode(nsGetUserns(open.fd))),
    parent: type === 'pid' || type === 'user' ? attempt(() => readInode(nsGetParent(open.fd))) : notAsked,
  };
}

function readInode(namespace: OpenNamespace): number {
  closeNamespace(namespace);
  return namespace.inode;
}
