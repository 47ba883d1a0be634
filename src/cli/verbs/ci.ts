// nscope ci: runs a command, and reports what it left behind.
import { SnapshotIndex } from '../../analysis/graph/snapshot-index.ts';
import { describeCaller, findBegunSince } from '../../analysis/leaks/family.ts';
import {
  type Family,
  findLeft,
  type HostState,
  listLiving,
  listNewNamespaces,
} from '../../analysis/leaks/find-left.ts';
import { judgeLeft, type LeakPolicy, type Verdict } from '../../analysis/leaks/judge.ts';
import type { Making } from '../../analysis/leaks/left.ts';
import { quoteWord } from '../../analysis/release/shell-words.ts';
import { listInheritedDescriptors } from '../../kernel/own/inherited-descriptors.ts';
import { CommandError } from '../../launch/plan/launch-error.ts';
import { type CommandBelow, startBelow } from '../../launch/start/descendants.ts';
import { endAs, type Finished } from '../../launch/start/supervise-guarded.ts';
import { isKnown } from '../../model/snapshot/known.ts';
import type { Process } from '../../model/snapshot/schema.ts';
import { wantEverything } from '../../model/snapshot/wanted.ts';
import { escapeText } from '../../render/words/escape.ts';
import { findStart } from '../../render/words/start-time.ts';
import { loadBegun, saveBegun } from '../command/begun-state.ts';
import { CommandFollower, type Following } from '../command/follow-command.ts';
import { readState } from '../command/host-state.ts';
import { writeLeaks } from '../command/write-leaks.ts';
import { readEvidence } from '../reading/read-evidence.ts';
import { readSnapshot } from '../reading/read-snapshot.ts';
import { writeNote } from '../screen/output.ts';
import { UsageError } from '../table/errors.ts';
import type { OptionValues } from '../table/option-values.ts';
import { readSource } from '../table/source-option.ts';
import type { GivenCommand } from '../table/verb-module.ts';

interface Request {
  readonly policy: LeakPolicy;
  readonly settleMs: number;
  readonly options: OptionValues;
}

export async function run(words: readonly string[], options: OptionValues, given: GivenCommand): Promise<number> {
  const inherited = listInheritedDescriptors();
  const command = given.behind ? [...words, ...(words.length > 0 ? ['--'] : []), ...given.behind] : words;
  const policy = { strict: options.strict === true, ignore: given.repeated['ignore'] ?? [] };
  const request: Request = { policy, settleMs: readSettle(options), options };
  checkWords(command, options);
  if (options.begin !== undefined) return begin(options.begin, options);
  if (options.end !== undefined) return end(options.end, request);
  return runCommand(command, inherited, request);
}

/** @throws UsageError for words and options that do not go together */
function checkWords(command: readonly string[], { begin, end, source }: OptionValues): void {
  if (begin !== undefined && end !== undefined) throw new UsageError('--begin and --end exclude each other');
  const form = begin === undefined ? (end === undefined ? undefined : '--end') : '--begin';
  if (form !== undefined && command.length > 0)
    throw new UsageError(`ci ${form} runs no command: "${command[0]}" is one word too many`);
  if (form !== undefined && source !== undefined)
    throw new UsageError(`ci ${form} follows no events: leave out --source`);
  if (form === undefined && (command[0] ?? '') === '')
    throw new UsageError('ci: the command is missing, as in: nscope ci -- make test');
}

function readSettle({ settle }: OptionValues): number {
  if (settle === undefined) return 2000;
  const seconds = settle.trim() === '' ? Number.NaN : Number(settle);
  if (!(seconds >= 0 && seconds <= 3600))
    throw new UsageError(`--settle takes seconds from 0 to 3600, not "${settle}"`);
  return seconds * 1000;
}

async function begin(file: string, options: OptionValues): Promise<number> {
  const snapshot = await readSnapshot(options, { ...wantEverything, workloads: false });
  saveBegun(file, { state: readState(snapshot), caller: describeCaller(new SnapshotIndex(snapshot)) });
  return 0;
}

async function end(file: string, request: Request): Promise<number> {
  const { options } = request;
  const { state: before, caller } = await loadBegun(file);
  const look = async (): Promise<HostState> =>
    checkSameHost(file, before, readState(await readSnapshot(options, wantEverything)));
  const familyIn = (index: SnapshotIndex, beginningOf: Family['beginningOf']): Family => ({
    processes: findBegunSince(index, caller, before.snapshot.processes),
    makingOf: () => undefined,
    makingOfName: () => undefined,
    mountCalls: { callersOf: () => undefined, whoseAll: () => undefined },
    beginningOf,
  });
  const settled = await settle({ before, look, familyIn }, request, new AbortController().signal);
  const following: Following = { source: 'none', cannotSee: unseenBetween, refused: [], lost: 0 };
  report(settled, { begunAt: before.snapshot.host.takenAt, following, ran: null, command: '' }, options);
  return settled.verdict.leaks.length > 0 ? 1 : 0;
}

const unseenBetween = [
  'who made a namespace, a mount or a pin between --begin and --end, where no process of theirs is in it or holds it',
  'a process that has left both the tree and the control group of the suite',
];

/** @throws UsageError where the two states cannot be compared */
function checkSameHost(file: string, before: HostState, after: HostState): HostState {
  const [then, now] = [before.snapshot.host, after.snapshot.host];
  if (isKnown(then.bootId) && isKnown(now.bootId) && then.bootId !== now.bootId)
    throw new UsageError(`${file} is of another boot or another host, and nothing of it can be compared`);
  const [room, here] = [then.vantage.namespaces.mnt, now.vantage.namespaces.mnt];
  if (isKnown(room) && isKnown(here) && room !== here)
    throw new UsageError(`${file} was begun in mnt:[${room}], and nscope is in mnt:[${here}] now: end it there`);
  return after;
}

async function runCommand(words: readonly string[], inherited: readonly number[], request: Request): Promise<number> {
  const { options } = request;
  const follower = new CommandFollower({ source: readSource(options), bpf: options.bpf !== false });
  const hurry = new AbortController();
  let command: CommandBelow | undefined;
  try {
    // Before it is started: it may be far along before nscope has the processor again.
    const begunAt = new Date().toISOString();
    command = startBelow(words, inherited, () => hurry.abort());
    follower.exclude(command.guard);
    const finished = await command.ended;
    const ran = { words, pid: command.pid, ...finished, endedAt: new Date().toISOString() };
    const look = () => follower.look();
    const familyIn = (index: SnapshotIndex, beginningOf: Family['beginningOf']) => ({
      ...follower.familyIn(index),
      beginningOf: (process: Process) => follower.beginningOf(process) ?? beginningOf(process),
    });
    const settled = await settle({ before: follower.before, look, familyIn }, request, hurry.signal);
    const { following } = follower;
    follower.stop();
    report(settled, { begunAt, following, ran, command: words.join(' ') }, options);
    return finishAs(finished, settled.verdict);
  } catch (error) {
    if (!(error instanceof CommandError)) throw error;
    const [first = ''] = words;
    const isForm = first === 'begin' || first === 'end';
    writeNote(`nscope: ${escapeText(error.message)}${isForm ? `; did you mean nscope ci --${first} FILE?` : ''}`);
    return error.status;
  } finally {
    command?.stop();
    follower.stop();
  }
}

/** A failure of the command's own is the more important news. */
function finishAs(finished: Finished, { leaks }: Verdict): never {
  const succeeded = 'status' in finished && finished.status === 0;
  return endAs(succeeded && leaks.length > 0 ? { status: 1 } : finished);
}

interface Watched {
  readonly before: HostState;
  look(): Promise<HostState>;
  familyIn(index: SnapshotIndex, beginningOf: Family['beginningOf']): Family;
}

interface Settled {
  readonly verdict: Verdict;
  readonly before: HostState;
  readonly after: HostState;
}

const betweenLooksMs = 100;

/** Looks until nothing is left, or the time is over, or somebody is in a hurry. */
async function settle({ before, look, familyIn }: Watched, request: Request, hurry: AbortSignal): Promise<Settled> {
  const { policy, settleMs, options } = request;
  for (const began = Date.now(); ; ) {
    const after = await look();
    const index = new SnapshotIndex(after.snapshot);
    const family = familyIn(index, (process) => seenToBegin(process, after));
    const isLast = hurry.aborted || Date.now() - began >= settleMs;
    const verdict = judgeLeft(findLeft(before, after, index, family), policy);
    if (verdict.leaks.length === 0 && (isLast || verdict.unknown.length === 0)) return { verdict, before, after };
    if (isLast) {
      const pids = listLiving(index, family).map(({ pid }) => pid);
      const evidence = await readEvidence(index, listNewNamespaces(before, after), options, pids);
      return { verdict: judgeLeft(findLeft(before, after, index, family, evidence), policy), before, after };
    }
    await new Promise((resolve) => setTimeout(resolve, Math.min(betweenLooksMs, settleMs)));
  }
}

/** Where no event reported it. */
function seenToBegin({ startTimeTicks }: Process, { snapshot: { host } }: HostState): Making {
  return { whose: 'command', how: 'seen', at: findStart(startTimeTicks, host) ?? host.takenAt, maker: null };
}

interface Circumstances {
  readonly begunAt: string;
  readonly following: Following;
  readonly ran: Readonly<Record<string, unknown>> | null;
  readonly command: string;
}

function report(
  { verdict, before, after }: Settled,
  { begunAt, following, ran, command }: Circumstances,
  options: OptionValues,
): void {
  const { host, coverage } = after.snapshot;
  const seconds = Math.max(0, Date.parse(host.takenAt) - Date.parse(begunAt)) / 1000;
  writeLeaks(
    {
      verdict,
      begunAt,
      seconds,
      ran,
      command,
      users: host.users,
      remarks: listRemarks(verdict, following),
      coverage: { events: following, before: before.snapshot.coverage, after: coverage },
    },
    options,
  );
}

/** What makes the verdict weaker than it looks. */
function listRemarks({ unknown, idlePatterns }: Verdict, { lost, source }: Following): string[] {
  return [
    ...(lost > 0 ? [`${lost} events were lost: of some things it is not known who made them`] : []),
    ...(unknown.length > 0
      ? [`who made the notes is not known (events: ${source}); --strict counts them as leaks`]
      : []),
    ...idlePatterns.map((pattern) => `--ignore ${quoteWord(pattern)} matched nothing`),
  ];
}
