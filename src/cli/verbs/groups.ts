// nscope groups: processes grouped by what anybody may read of their mounts, or by the ns control group of old kernels.
import { type Grouped, groupProcesses } from '../../analysis/compare/groups.ts';
import { type ChrootFinding, findChrooted, type SeenMounts } from '../../analysis/compare/groups-chroot.ts';
import { SnapshotIndex } from '../../analysis/graph/snapshot-index.ts';
import { readTextFile } from '../../kernel/files/files.ts';
import { readMountDigests } from '../../kernel/mounts/mount-digests.ts';
import { findNsHierarchy, readNsHierarchy } from '../../kernel/nsfs/ns-hierarchy.ts';
import { isKnown, type Known } from '../../model/snapshot/known.ts';
import type { Snapshot } from '../../model/snapshot/schema.ts';
import { wantProcesses } from '../../model/snapshot/wanted.ts';
import { parseMountinfo } from '../../parse/proc/mountinfo.ts';
import { describeScore, type GroupRow, groupColumns, layOutPaths } from '../../render/lines/group-lines.ts';
import { formatJsonObject } from '../../render/lines/json-lines.ts';
import { formatTable } from '../../render/lines/table.ts';
import { readSnapshot } from '../reading/read-snapshot.ts';
import { readingVerb } from '../reading/reading-verb.ts';
import { noteCoverage } from '../screen/note-coverage.ts';
import { choosePalette, readTerminalWidth, writeLines, writeRemark } from '../screen/output.ts';
import { NotFoundError, suggest, UsageError } from '../table/errors.ts';
import type { OptionValues } from '../table/option-values.ts';

const groupMethods = ['mounts', 'mountinfo', 'cgroup'] as const;
type Method = (typeof groupMethods)[number];

interface Grouping extends Grouped {
  readonly method: Method;
  /** Processes that show nothing, with the reason. */
  readonly ungrouped: readonly { readonly pid: number; readonly why: Exclude<Known<string>, string> }[];
  readonly chrooted: readonly ChrootFinding[];
}

export const run = readingVerb({ parse, answer, report });

interface Request {
  readonly method: Method;
  readonly options: OptionValues;
}

interface Answer {
  readonly grouping: Grouping;
  readonly snapshot: Snapshot;
}

function parse(_words: readonly string[], options: OptionValues): Request {
  return { method: readMethod(options), options };
}

async function answer({ method, options }: Request): Promise<Answer> {
  const hierarchy = method === 'cgroup' ? readHierarchy(options) : undefined;
  // What is read of processes first is compared with what is read of them right after.
  const keys = hierarchy ?? readDigests(method);
  const snapshot = await readSnapshot(options, { ...wantProcesses, commandLines: 'all' });
  return { grouping: buildGrouping(method, keys, snapshot), snapshot };
}

function report({ grouping, snapshot }: Answer, { options }: Request): number {
  const { coverage } = snapshot;
  if (options.json) {
    writeLines(formatJsonObject({ ...grouping, coverage }));
    return 0;
  }
  writeGrouping(grouping, new SnapshotIndex(snapshot), options);
  noteCoverage(coverage, options);
  return 0;
}

function readMethod(options: OptionValues): Method {
  const word = options.by ?? 'mountinfo';
  const method = groupMethods.find((known) => known === word);
  if (!method) throw new UsageError(`--by cannot be "${word}"; ${suggest(word, groupMethods)}`);
  if (options.at !== undefined && method !== 'cgroup')
    throw new UsageError('--at says where the ns control group is: it belongs to --by cgroup');
  return method;
}

/** @throws NotFoundError on kernels that do not have it, and where it is not mounted */
function readHierarchy(options: OptionValues): ReadonlyMap<number, Known<string>> {
  const given = options.at;
  const root = given ?? findNsHierarchy();
  if (root === undefined)
    throw new NotFoundError(
      'no control group hierarchy with the option ns is mounted here: only Linux 2.6.24 to 2.6.39 had it, and there it is mounted with "mount -t cgroup -o ns none DIR"; --by mountinfo works on every kernel since 2.6.26',
    );
  const groups = readNsHierarchy(root);
  if (!groups) throw new NotFoundError(`${root} is not a control group: it has no readable file called tasks`);
  return new Map(groups.flatMap(({ path, tasks }) => tasks.map((tid): [number, string] => [tid, path])));
}

function readDigests(method: Method): ReadonlyMap<number, Known<string>> {
  const file = method === 'mounts' ? 'mounts' : 'mountinfo';
  return new Map([...readMountDigests(file)].map(({ pid, digest }) => [pid, digest]));
}

function buildGrouping(method: Method, keys: ReadonlyMap<number, Known<string>>, snapshot: Snapshot): Grouping {
  const known = new Map<number, string>();
  const ungrouped: { pid: number; why: Exclude<Known<string>, string> }[] = [];
  for (const [pid, key] of keys) {
    if (isKnown(key)) known.set(pid, key);
    else ungrouped.push({ pid, why: key });
  }
  const grouped = groupProcesses(known, snapshot.processes);
  return { method, ...grouped, ungrouped, chrooted: method === 'mountinfo' ? findSplitOff(grouped) : [] };
}

/** Looks at one member of each group again: the file itself, and its mounts. */
function findSplitOff({ groups }: Grouped): ChrootFinding[] {
  const mounts = new Map([...readMountDigests('mounts')].map(({ pid, digest }) => [pid, digest]));
  return findChrooted(
    groups.flatMap(({ key, pids: [pid = 0] }): SeenMounts[] => {
      const text = readTextFile(`/proc/${pid}/mountinfo`);
      const digest = mounts.get(pid);
      if (!isKnown(text)) return [];
      return [
        { key, mounts: digest !== undefined && isKnown(digest) ? digest : undefined, lines: parseMountinfo(text) },
      ];
    }),
  );
}

function writeGrouping(grouping: Grouping, index: SnapshotIndex, options: OptionValues): void {
  const remarks = new Map(grouping.chrooted.map((finding) => [finding.key, describeChroot(finding)]));
  const rows = grouping.groups.map((group): GroupRow => ({ group, remark: remarks.get(group.key) ?? '', index }));
  const branches = grouping.method === 'cgroup' ? layOutPaths(rows.sort(byPath)) : undefined;
  const prefixes = new Map(branches?.map(({ row, prefix }) => [row, prefix]));
  const columns = groupColumns.filter(({ name }) => name !== 'remark' || remarks.size > 0);
  writeLines(
    formatTable(columns, branches?.map(({ row }) => row) ?? rows, {
      width: options.wide ? undefined : readTerminalWidth(),
      header: options.header !== false,
      prefix: (row) => prefixes.get(row) ?? '',
      paintHeader: choosePalette().strong,
    }),
  );
  writeRemark(describeScore(grouping.score), options);
  for (const note of describeUngrouped(grouping, index)) writeRemark(note, options);
}

/** A kernel thread that shows none is where the others are; who else shows none may be anywhere. */
function* describeUngrouped({ ungrouped }: Grouping, index: SnapshotIndex): Generator<string> {
  const none = ungrouped.filter(({ why }) => why.unknown === 'unsupported').map(({ pid }) => pid);
  const kernel = none.filter((pid) => index.process(pid)?.kernelThread === true).length;
  const parts = [
    [kernel, 'kernel threads, which see none (Linux 7.3)'],
    [none.length - kernel, 'whose root has nothing mounted below it, as in failfs'],
    [ungrouped.length - none.length, 'zombies, and what the host refuses'],
  ] as const;
  const told = parts.filter(([count]) => count > 0).map(([count, what]) => `${count} ${what}`);
  if (told.length > 0) yield `${ungrouped.length} processes show no mounts and are in no group: ${told.join('; ')}`;
}

function byPath(a: GroupRow, b: GroupRow): number {
  return a.group.key < b.group.key ? -1 : 1;
}

function describeChroot({ of, because }: ChrootFinding): string {
  return because === 'same mounts' ? `chroot of ${of}, by its mounts` : `chroot of ${of}`;
}
