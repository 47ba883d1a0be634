// nscope diff: two snapshots, or two processes.
import { existsSync } from 'node:fs';
import type { ContentDiff } from '../../analysis/compare/diff-contents.ts';
import { diffProcesses } from '../../analysis/compare/diff-processes.ts';
import { diffSnapshots, groupDiff, isCount, type SnapshotDiff } from '../../analysis/compare/diff-snapshots.ts';
import { findPlace, isPlace } from '../../analysis/graph/inferred-places.ts';
import { SnapshotIndex } from '../../analysis/graph/snapshot-index.ts';
import { describeCommand } from '../../analysis/release/command.ts';
import { toPath } from '../../kernel/files/files.ts';
import { isKernelSince } from '../../model/names/kernel-release.ts';
import { isKnown, notAsked } from '../../model/snapshot/known.ts';
import { formatNamespace, type NamespaceType } from '../../model/snapshot/namespace-types.ts';
import type { Coverage, Namespace, Process, Snapshot } from '../../model/snapshot/schema.ts';
import { conditionsOnDemand, type Wanted, wantGraph } from '../../model/snapshot/wanted.ts';
import { formatJsonObject } from '../../render/lines/json-lines.ts';
import { describeMountDiff, describeNetworkDiff, describeUncompared } from '../../render/pages/diff-contents.ts';
import { describeChange } from '../../render/words/changes.ts';
import { paintNamespaces } from '../../render/words/colours.ts';
import { escapeText } from '../../render/words/escape.ts';
import { formatPlace, inferredMark } from '../../render/words/inferred.ts';
import { formatKnown, formatUnknown } from '../../render/words/unknown.ts';
import { readSnapshot } from '../reading/read-snapshot.ts';
import { chooseTypes, readTypes } from '../reading/read-types.ts';
import { readingVerb } from '../reading/reading-verb.ts';
import { checkTargets, findTarget, mayBeWorkload, toLeader } from '../reading/target.ts';
import { noteCoverage } from '../screen/note-coverage.ts';
import { choosePalette, readTerminalWidth, writeLines, writeRemark } from '../screen/output.ts';
import { UsageError } from '../table/errors.ts';
import type { OptionValues } from '../table/option-values.ts';
import type { VerbModule } from '../table/verb-module.ts';

export const run: VerbModule['run'] = (words, options, given) => {
  const [a = '', b = ''] = words;
  const files = [a, b].filter(isSnapshotWord);
  const other = isSnapshotWord(a) ? b : a;
  if (files.length === 1)
    throw new UsageError(
      `diff compares two snapshots or two processes: ${files[0]} is a snapshot, and there is no file ${other}`,
    );
  return (files.length === 2 ? diffFiles : diffTargets)(words, options, given);
};

interface Request {
  readonly a: string;
  readonly b: string;
  readonly types: readonly NamespaceType[];
  readonly options: OptionValues;
}

/** `now` is a snapshot of this host; anything else that is a file is read as one. */
function isSnapshotWord(word: string): boolean {
  return word === 'now' || word === '-' || (existsSync(toPath(word)) && !word.startsWith('/proc/'));
}

async function readWord(word: string, options: OptionValues, conditions: Wanted['conditions']): Promise<Snapshot> {
  const { from: _, ...others } = options;
  return readSnapshot(word === 'now' ? others : { ...others, from: word }, { ...wantGraph, conditions });
}

/** Of this host what is in the other snapshot is read, so that it can be compared. */
async function readBoth(a: string, b: string, options: OptionValues): Promise<readonly [Snapshot, Snapshot]> {
  if (a !== 'now' || b === 'now') {
    const earlier = await readWord(a, options, false);
    return [earlier, await readWord(b, options, listOnDemand(earlier))];
  }
  const later = await readWord(b, options, false);
  return [await readWord(a, options, listOnDemand(later)), later];
}

function listOnDemand({ conditions }: Snapshot): Wanted['conditions'] {
  const there = conditionsOnDemand.filter((name) => conditions?.[name] !== undefined);
  return there.length > 0 && there;
}

interface FilesAnswer {
  readonly diff: SnapshotDiff;
  readonly earlier: Snapshot;
  readonly later: Snapshot;
}

const diffFiles = readingVerb({
  parse([a = '', b = '']: readonly string[], options: OptionValues): Request {
    if (a === '-' && b === '-') throw new UsageError('diff: standard input can be only one of the two snapshots');
    return { a, b, types: readTypes(options), options };
  },
  async answer({ a, b, types, options }: Request): Promise<FilesAnswer> {
    const [earlier, later] = await readBoth(a, b, options);
    return { diff: chooseInDiff(diffSnapshots(earlier, later), types), earlier, later };
  },
  report: reportFiles,
});

/** What concerns namespaces of these types. */
function chooseInDiff(diff: SnapshotDiff, types: readonly NamespaceType[]): SnapshotDiff {
  const isMeant = ({ type }: Namespace) => types.length === 0 || types.includes(type);
  return {
    ...diff,
    appeared: diff.appeared.filter(isMeant),
    ended: diff.ended.filter(isMeant),
    replaced: diff.replaced.filter(({ appeared }) => isMeant(appeared)),
    changed: diff.changed.filter(({ after }) => isMeant(after)),
    mounts: types.length === 0 || types.includes('mnt') ? diff.mounts : notAsked,
    networks: types.length === 0 || types.includes('net') ? diff.networks : notAsked,
  };
}

/** Changes of mere counts count as changes where they were asked for. */
function reportFiles({ diff, earlier, later }: FilesAnswer, { types, options }: Request): number {
  const groups = groupDiff(diff);
  const { appeared, ended, changed, countsOnly } = groups;
  const differing = appeared.length + ended.length + changed.length + (options.counts ? countsOnly.length : 0);
  const contents = [diff.mounts, diff.networks].flatMap((one) => (isKnown(one) ? [one] : []));
  const within = contents.reduce((sum, { changes }) => sum + changes.length, 0);
  const unsure = explainUncompared(diff, [earlier, later], types);
  const status = differing + within > 0 ? 1 : unsure.length > 0 ? 3 : 0;
  if (options.json) {
    writeLines(formatJsonObject({ ...diff, groups, coverage: { before: earlier.coverage, after: later.coverage } }));
    return status;
  }
  const palette = choosePalette();
  const lines = describeDiff(diff, earlier, later, options.counts === true);
  writeLines([...lines].map((line) => paintNamespaces(line, palette)));
  const others = options.counts || countsOnly.length === 0 ? '' : `; ${describeCountsOnly(countsOnly.length)}`;
  const said =
    differing + within === 0
      ? 'nothing differs'
      : [
          `${appeared.length} came, ${ended.length} ended, ${differing - appeared.length - ended.length} changed`,
          ...(isKnown(diff.mounts) ? [countChanges('mounts', diff.mounts)] : []),
          ...(isKnown(diff.networks) ? [countChanges('networks', diff.networks)] : []),
        ].join('; ');
  writeRemark(said + others, options);
  for (const one of unsure) writeRemark(`not compared: ${one}`, options);
  if (diff.differentBoots) writeRemark('the snapshots are of different boots: nothing in them is the same', options);
  else if (diff.presumed > 0)
    writeRemark(
      `${diff.presumed} are taken for the same by their number alone; ${adviseIds([earlier, later])}`,
      options,
    );
  return status;
}

/** "mounts: 3 came, 1 gone, 0 changed". */
function countChanges(what: string, { changes }: ContentDiff<{ readonly change: string }>): string {
  const count = (wanted: string) => changes.filter(({ change }) => change === wanted).length;
  return `${what}: ${count('appeared')} came, ${count('vanished')} gone, ${count('changed')} changed`;
}

/** What one of the snapshots has of mounts and networks and the other has not, and what was refused in one. */
function explainUncompared(
  { mounts, networks }: SnapshotDiff,
  snapshots: readonly Snapshot[],
  types: readonly NamespaceType[],
): string[] {
  const explain = (
    diff: SnapshotDiff['mounts'] | SnapshotDiff['networks'],
    name: 'mounts' | 'networks',
    type: 'mnt' | 'net',
  ): string[] => {
    if (isKnown(diff)) return describeUncompared(diff.uncompared, type);
    const isWanted = types.length === 0 || types.includes(type);
    if (!isWanted || snapshots.every(({ conditions }) => conditions?.[name] === undefined)) return [];
    const advice = diff.unknown === 'not-asked' ? `; nscope snapshot --with ${name} saves them` : '';
    return [`${name}: ${diff.detail ?? formatUnknown(diff)}${advice}`];
  };
  return [...explain(mounts, 'mounts', 'mnt'), ...explain(networks, 'networks', 'net')];
}

function describeCountsOnly(count: number): string {
  return `${count} ${count === 1 ? 'other' : 'others'} changed only in counts (processes, threads, holders): --counts shows them`;
}

/** The kernel has ids from Linux 6.18 on; where it does, somebody has to be allowed to read them. */
function adviseIds(snapshots: readonly Snapshot[]): string {
  return snapshots.every(({ host }) => isKernelSince(host.kernel, 6, 18))
    ? 'their ids could not be read: take both snapshots as root'
    : 'ids would tell (Linux 6.18)';
}

/** First what came and what ended, then what changed, then what changed within those that are in both. */
function* describeDiff(diff: SnapshotDiff, earlier: Snapshot, later: Snapshot, hasCounts: boolean): Generator<string> {
  const [before, after] = [new SnapshotIndex(earlier), new SnapshotIndex(later)];
  for (const one of diff.appeared) yield `+ came     ${describeNamespace(one, after)}`;
  for (const one of diff.ended) yield `- ended    ${describeNamespace(one, before)}`;
  for (const { ended, appeared } of diff.replaced) {
    yield `- ended    ${describeNamespace(ended, before)}`;
    yield `+ came     ${describeNamespace(appeared, after)}, another one with the same number`;
  }
  const describe = (pid: number, when: 'before' | 'after'): string =>
    describeProcess(pid, when === 'before' ? before : after);
  for (const { after: one, changes } of diff.changed)
    for (const change of changes)
      if (hasCounts || !isCount(change))
        yield `~ changed  ${formatNamespace(one.type, one.inode)}  ${describeChange(change, describe)}`;
  const width = readTerminalWidth();
  if (isKnown(diff.mounts)) yield* describeMountDiff(diff.mounts, after, width);
  if (isKnown(diff.networks)) yield* describeNetworkDiff(diff.networks, before, after, width);
}

function describeProcess(pid: number, index: SnapshotIndex): string {
  const process = index.process(pid);
  return process ? `${pid} ${escapeText(describeCommand(process))}` : String(pid);
}

function describeNamespace(namespace: Namespace, index: SnapshotIndex): string {
  const { leader, count, mayBeMore } = namespace.processes;
  const who =
    leader !== null
      ? `${count} ${count === 1 ? 'process' : 'processes'}, ${describeProcess(leader, index)}`
      : mayBeMore
        ? 'no process seen'
        : 'no process';
  const names = namespace.names.map(({ name }) => escapeText(name)).join(' ');
  return [formatNamespace(namespace.type, namespace.inode), names, who].filter((word) => word !== '').join('  ');
}

interface TargetsAnswer {
  readonly left: Process;
  readonly right: Process;
  readonly shared: ReturnType<typeof diffProcesses>;
  readonly coverage: Coverage;
}

const diffTargets = readingVerb({
  parse([a = '', b = '']: readonly string[], options: OptionValues): Request {
    checkTargets([a, b]);
    return { a, b, types: readTypes(options), options };
  },
  async answer({ a, b, types, options }: Request): Promise<TargetsAnswer> {
    const snapshot = await readSnapshot(options, {
      ...wantGraph,
      holders: false,
      workloads: [a, b].some(mayBeWorkload),
    });
    const index = new SnapshotIndex(snapshot);
    const [left, right] = [findProcess(a, index, options), findProcess(b, index, options)];
    return { left, right, shared: chooseTypes(diffProcesses(left, right, index), types), coverage: snapshot.coverage };
  },
  report: reportTargets,
});

function reportTargets({ left, right, shared, coverage }: TargetsAnswer, { a, b, types, options }: Request): number {
  const answers = shared.map(({ shared: same }) => same);
  const differs = answers.includes(false) || (answers.includes(undefined) ? undefined : false);
  if (options.json) writeLines(formatJsonObject({ namespaces: shared, coverage }));
  else {
    const palette = choosePalette();
    const cell = (process: Process, type: NamespaceType) => {
      const place = findPlace(process, type);
      return isPlace(place) ? formatPlace(place) : formatKnown(place, String);
    };
    writeLines([
      ...(options.header === false ? [] : [palette.strong(`${'TYPE'.padEnd(8)}${a.padEnd(17)}${b.padEnd(17)}SHARED`)]),
      ...shared.map(({ type, shared: same, how }) =>
        [
          palette.types[type](type.padEnd(8)),
          cell(left, type).padEnd(17),
          cell(right, type).padEnd(17),
          same === undefined ? '?' : (how === 'known' ? '' : inferredMark) + (same ? 'yes' : 'no'),
        ].join(''),
      ),
    ]);
    if (differs === false) writeRemark(`nothing differs: ${describeBoth(left, right, types)}`, options);
    noteCoverage(coverage, options);
  }
  return differs === undefined ? 3 : differs ? 1 : 0;
}

function describeBoth(left: Process, right: Process, types: readonly NamespaceType[]): string {
  if (left.tid === right.tid) return `both are process ${left.tid}`;
  return `processes ${left.tid} and ${right.tid} are in the same namespaces of ${types.length === 0 ? 'all types' : `type ${types.join(', ')}`}`;
}

function findProcess(word: string, index: SnapshotIndex, options: OptionValues): Process {
  const target = toLeader(findTarget(word, index, options), index);
  if (target.kind === 'process') return target.process;
  throw new UsageError(`diff compares two snapshots or two processes: ${word} is a namespace`);
}
