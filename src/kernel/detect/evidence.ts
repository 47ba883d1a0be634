// Gathers what tells whether a process is in child namespaces. Reads only; judging is for analysis/detect.
import { readFileSync } from 'node:fs';
import { release } from 'node:os';
import type {
  DetectEvidence,
  DetectSubject,
  NamespaceAnswers,
  NamespaceIdentity,
  ProcEvidence,
} from '../../model/evidence/detect-evidence.ts';
import { isKnown, type Known, notAsked, unknownFromErrno } from '../../model/snapshot/known.ts';
import { type NamespaceType, namespaceTypes } from '../../model/snapshot/namespace-types.ts';
import type { TimeOffsets } from '../../model/snapshot/schema.ts';
import { parseIdMap } from '../../parse/proc/id-map.ts';
import { parseStat } from '../../parse/proc/stat.ts';
import { parseNestedPids } from '../../parse/proc/status.ts';
import { parseTimeOffsets } from '../../parse/proc/time-offsets.ts';
import { loadAddon } from '../addon/addon.ts';
import { attempt, readTextFile } from '../files/files.ts';
import { keepStandIn } from '../files/stand-in.ts';
import { type NamespaceReadings, openByOwnPidfd, openLink, readNamespaceEvidence } from './namespaces.ts';
import { noProc, readHostNetSysctl, readProcEvidence, readProcInodes } from './proc.ts';
import { readTraces } from './traces.ts';
import { readCgroups, readLinkInodes, readMountIds, readNetStat, readWitness } from './witness.ts';

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

/**
 * What tells whether a process, or nscope itself, or a namespace is a child's.
 * @returns the evidence; of another process `gone` when it ended before all was read, or when there is none
 */
export function readDetectEvidence(question: Exclude<DetectQuestion, { about: 'process' }>): DetectEvidence;
export function readDetectEvidence(question: DetectQuestion): Known<DetectEvidence>;
export function readDetectEvidence(question: DetectQuestion): Known<DetectEvidence> {
  const proc = readProcEvidence();
  if (question.about === 'namespace') return gather(question, proc, undefined);
  if (question.about === 'self') {
    const own = proc.state === 'mounted' ? readStart('/proc/self') : noProc;
    return isKnown(own) ? gather(question, proc, '/proc/self', own.pid) : gather(question, proc, undefined);
  }
  if (proc.state === 'absent') return noProc;
  const directory = `/proc/${question.pid}`;
  const before = readStart(directory);
  if (!isKnown(before)) return before;
  const evidence = gather(question, proc, directory, before.pid);
  const after = readStart(directory);
  if (!isKnown(after)) return after;
  return after.ticks === before.ticks ? evidence : unknownFromErrno('ESRCH');
}

/** @param directory - of the process in /proc; undefined where there is none to read */
function gather(
  question: DetectQuestion,
  proc: ProcEvidence,
  directory: string | undefined,
  pid?: number,
): DetectEvidence {
  const addon = loadAddon();
  const addonMissing = 'missing' in addon ? addon.missing : null;
  const self = question.about === 'self';
  const readings = readSubject(question, directory, addonMissing === null);
  const unread = self || proc.state === 'absent' ? noProc : notAsked;
  const read = (file: string) => (directory === undefined ? unread : readTextFile(`${directory}/${file}`));
  const [status, uidMap, offsets] = [read('status'), read('uid_map'), read('timens_offsets')];
  // A directory /proc that is no procfs may show another host's.
  const host = proc.state !== 'absent';
  const evidence: DetectEvidence = {
    kernel: release(),
    addonMissing,
    subject: describeSubject(question, pid),
    proc,
    ...readings,
    reader: self ? readInodes(readings) : readLinkInodes('/proc/self'),
    uidMap: isKnown(uidMap) ? parseIdMap(uidMap) : uidMap,
    pids: isKnown(status) ? (parseNestedPids(status) ?? unknownFromErrno('ENOENT')) : status,
    cgroups: directory === undefined ? unread : readCgroups(directory),
    timeOffsets: readOffsets(offsets),
    mountIds: directory === undefined ? unread : readMountIds(directory),
    netStat: directory === undefined ? unread : readNetStat(directory),
    init: host ? readWitness(1) : noProc,
    second: host ? readWitness(2) : noProc,
    procInodes: host ? readProcInodes() : noProc,
    hostNetSysctl: host ? readHostNetSysctl() : noProc,
    traces: [],
  };
  if (question.about === 'namespace') return evidence;
  const trusts = self ? () => true : chooseTrusted(evidence);
  return { ...evidence, ...keepStandIn(() => readTraces(self ? undefined : question.pid, host, trusts)) };
}

/**
 * Whose files in the root of a process are read. Who owns the user namespace of a mount namespace may mount there what he
 * may not read, so that there those users' files count alone that he has in it; in one of nscope's own user namespace, or
 * of one above, all do.
 */
function chooseTrusted({ answers, links, reader, uidMap }: DetectEvidence): (uid: number) => boolean {
  const { owner } = answers.mnt;
  if (isKnown(owner) ? owner === reader.user : owner.errno === 'EPERM') return () => true;
  const { user } = links;
  const isOwn = isKnown(user) && (!isKnown(owner) || owner === user.inode);
  if (isOwn && user.inode === reader.user) return () => true;
  const ranges = isOwn && isKnown(uidMap) ? uidMap : [];
  return (uid) => ranges.some(({ outside, count }) => uid >= outside && uid < outside + count);
}

function readSubject(question: DetectQuestion, directory: string | undefined, ask: boolean): NamespaceReadings {
  if (question.about === 'namespace') {
    const { links, answers } = readNamespaceEvidence(() => notAsked, ask);
    return {
      links: { ...links, [question.type]: question.identity },
      answers: { ...answers, [question.type]: question.answers },
    };
  }
  if (directory !== undefined) return readNamespaceEvidence((link) => openLink(directory, link), ask);
  return readNamespaceEvidence(ask ? openByOwnPidfd : () => noProc, ask);
}

function readInodes({ links }: NamespaceReadings): Readonly<Record<NamespaceType, Known<number>>> {
  const entries = namespaceTypes.map((type) => {
    const link = links[type];
    return [type, isKnown(link) ? link.inode : link];
  });
  return Object.fromEntries(entries) as Record<NamespaceType, Known<number>>;
}

function readStart(directory: string): Known<{ readonly pid: number; readonly ticks: number }> {
  const bytes = attempt(() => readFileSync(`${directory}/stat`));
  if (!isKnown(bytes)) return bytes;
  const { pid, startTimeTicks } = parseStat(bytes);
  return { pid, ticks: startTimeTicks };
}

function describeSubject(question: DetectQuestion, pid: number | undefined): DetectSubject {
  if (question.about === 'namespace') return { self: false, namespace: question.type };
  return { self: question.about === 'self', ...(pid === undefined ? {} : { pid }) };
}

/** The file of a process that has let go of its namespaces is empty. */
function readOffsets(text: Known<string>): Known<TimeOffsets> {
  if (!isKnown(text)) return text;
  return text === '' ? unknownFromErrno('ESRCH') : parseTimeOffsets(text);
}
