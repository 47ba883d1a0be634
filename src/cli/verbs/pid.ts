// nscope pid: translates PIDs between pid namespaces, both ways.
import { findMembers } from '../../analysis/graph/namespace-relations.ts';
import {
  countUntranslatable,
  findByPid,
  findOwnPidNamespace,
  type PidInNamespace,
  translatePid,
} from '../../analysis/graph/pid-translation.ts';
import { SnapshotIndex } from '../../analysis/graph/snapshot-index.ts';
import { isKnown } from '../../model/snapshot/known.ts';
import { formatNamespace } from '../../model/snapshot/namespace-types.ts';
import type { Process } from '../../model/snapshot/schema.ts';
import { wantListing } from '../../model/snapshot/wanted.ts';
import type { Column } from '../../render/columns/columns.ts';
import { formatJsonObject } from '../../render/lines/json-lines.ts';
import { formatTable } from '../../render/lines/table.ts';
import { paintNamespaces } from '../../render/words/colours.ts';
import { formatUnknown } from '../../render/words/unknown.ts';
import { readSnapshot } from '../reading/read-snapshot.ts';
import { readingVerb } from '../reading/reading-verb.ts';
import { checkTargets, findTarget, mayBeWorkload, toLeader } from '../reading/target.ts';
import { choosePalette, readTerminalWidth, writeLines } from '../screen/output.ts';
import { NotFoundError, UsageError } from '../table/errors.ts';
import type { OptionValues } from '../table/option-values.ts';
import type { GivenCommand } from '../table/verb-module.ts';

export const run = readingVerb({ parse, answer, report });

interface Request {
  readonly word: string;
  /** The namespace that it is looked up in; undefined here. */
  readonly within: string | undefined;
  readonly options: OptionValues;
}

interface Answer {
  readonly process: Process;
  readonly pids: readonly PidInNamespace[];
  readonly index: SnapshotIndex;
}

function parse([word = '']: readonly string[], options: OptionValues): Request {
  const within = options.in;
  if (word !== 'self' && !/^[1-9]\d{0,9}$/.test(word)) throw new UsageError(`"${word}" is not a PID`);
  if (word === 'self' && within !== undefined)
    throw new UsageError('self is a process here: it is not looked up --in another namespace');
  checkTargets([within]);
  return { word, within, options };
}

async function answer({ word, within, options }: Request, given: GivenCommand): Promise<Answer> {
  const snapshot = await readSnapshot(
    options,
    {
      ...wantListing,
      commandLines: 'none',
      holders: false,
      workloads: mayBeWorkload(within),
    },
    given,
  );
  const index = new SnapshotIndex(snapshot);
  const process =
    within === undefined
      ? findHere(word, index, options)
      : findWithin(Number(word), findPidNamespace(within, index, options), index);
  return { process, pids: translatePid(process, index), index };
}

function report({ process, pids, index }: Answer, { within, options }: Request): number {
  if (options.json)
    writeLines(formatJsonObject({ pids: pids.map((one) => toJson(one, index)), coverage: index.snapshot.coverage }));
  else if (within !== undefined) writeLines([String(process.pid)]);
  else writeTable(pids, index, options);
  return 0;
}

function findHere(word: string, index: SnapshotIndex, options: OptionValues): Process {
  const target = toLeader(findTarget(word, index, options), index);
  if (target.kind === 'process') return target.process;
  throw new UsageError(`"${word}" is not a PID`);
}

function findWithin(pid: number, inode: number, index: SnapshotIndex): Process {
  const process = findByPid(pid, inode, index);
  if (process) return process;
  const hidden = countUntranslatable(index);
  const doubt = hidden === 0 ? '' : `, of those whose pid namespace is known; that of ${hidden} is not`;
  throw new NotFoundError(`no process has PID ${pid} in ${formatNamespace('pid', inode)}${doubt}`);
}

/** A pid namespace itself, that of a process, or the one in which all the processes of another namespace are. */
function findPidNamespace(word: string, index: SnapshotIndex, options: OptionValues): number {
  const target = toLeader(findTarget(word, index, options), index);
  if (target.kind === 'namespace' && target.namespace.type === 'pid') return target.namespace.inode;
  const inodes = new Set(membersOf(target, index).map((process) => findOwnPidNamespace(process, index)));
  const [first, ...more] = inodes;
  if (first === undefined) throw new NotFoundError(`${word}: no process is in it, so it leads to no pid namespace`);
  if (more.length > 0)
    throw new UsageError(
      `"${word}" is ambiguous: its processes are in several pid namespaces:${[...inodes]
        .map((inode) => `\n  ${isKnown(inode) ? formatNamespace('pid', inode) : formatUnknown(inode)}`)
        .join('')}`,
    );
  if (!isKnown(first)) throw new UsageError(`the pid namespace of ${word} is not known: ${formatUnknown(first)}`);
  return first;
}

function membersOf(target: ReturnType<typeof toLeader>, index: SnapshotIndex): readonly Process[] {
  return target.kind === 'process' ? [target.process] : findMembers(target.namespace, index).processes;
}

interface PidRow extends PidInNamespace {
  readonly index: SnapshotIndex;
}

const columns: readonly Column<PidRow>[] = [
  { name: 'pid', header: 'PID', meaning: 'the PID', kind: 'int', align: 'right', value: ({ pid }) => pid },
  {
    name: 'namespace',
    header: 'NAMESPACE',
    meaning: 'the pid namespace in which it is that',
    kind: 'any',
    value: ({ namespace }) => namespace,
    text: ({ namespace }) => (isKnown(namespace) ? formatNamespace('pid', namespace) : formatUnknown(namespace)),
  },
  {
    name: 'level',
    header: 'LEVEL',
    meaning: 'depth below the initial pid namespace',
    kind: 'any',
    align: 'right',
    value: (row) => lookUp(row)?.level ?? null,
  },
  {
    name: 'init',
    header: 'INIT',
    meaning: 'its PID 1, as seen from here',
    kind: 'any',
    align: 'right',
    value: (row) => lookUp(row)?.init ?? null,
  },
];

function lookUp({ namespace, index }: PidRow) {
  return isKnown(namespace) ? index.namespace('pid', namespace) : undefined;
}

function toJson({ pid, namespace }: PidInNamespace, index: SnapshotIndex): object {
  const row = { pid, namespace, index };
  return Object.fromEntries(columns.map((column) => [column.name, column.value(row)]));
}

function writeTable(pids: readonly PidInNamespace[], index: SnapshotIndex, options: OptionValues): void {
  const palette = choosePalette();
  const rows = pids.map((one): PidRow => ({ ...one, index }));
  writeLines(
    formatTable(columns, rows, {
      width: options.wide ? undefined : readTerminalWidth(),
      header: options.header !== false,
      paint: (text, { name }) => (name === 'namespace' ? paintNamespaces(text, palette) : text),
      paintHeader: palette.strong,
    }),
  );
}
