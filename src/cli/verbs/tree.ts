// nscope tree: the tree of processes, and where it crosses into other namespaces.
import { findMembers } from '../../analysis/graph/namespace-relations.ts';
import { buildProcessTree, findSubtree, type ProcessTreeRow } from '../../analysis/graph/process-tree.ts';
import { SnapshotIndex } from '../../analysis/graph/snapshot-index.ts';
import type { NamespaceType } from '../../model/snapshot/namespace-types.ts';
import type { Process, Snapshot } from '../../model/snapshot/schema.ts';
import { wantListing } from '../../model/snapshot/wanted.ts';
import { formatJsonObject } from '../../render/lines/json-lines.ts';
import { formatProcessTree } from '../../render/lines/process-tree-lines.ts';
import { readSnapshot } from '../reading/read-snapshot.ts';
import { chooseTypes, readTypes } from '../reading/read-types.ts';
import { readingVerb } from '../reading/reading-verb.ts';
import { checkTargets, findTarget, mayBeWorkload } from '../reading/target.ts';
import { noteCoverage } from '../screen/note-coverage.ts';
import { choosePalette, readTerminalWidth, writeLines } from '../screen/output.ts';
import type { OptionValues } from '../table/option-values.ts';
import type { GivenCommand } from '../table/verb-module.ts';

/** A level takes two columns: at most half of the terminal is for branches. */
const columnsForEachLevel = 4;
const fewestLevels = 6;

export const run = readingVerb({ parse, answer, report });

interface Request {
  readonly word: string | undefined;
  /** Of which borders are drawn; none stand for all. */
  readonly types: readonly NamespaceType[];
  readonly width: number | undefined;
  readonly options: OptionValues;
}

interface Answer {
  readonly snapshot: Snapshot;
  readonly rows: readonly ProcessTreeRow[];
}

function parse([word]: readonly string[], options: OptionValues): Request {
  checkTargets([word]);
  return { word, types: readTypes(options), width: options.wide ? undefined : readTerminalWidth(), options };
}

async function answer({ word, types, width, options }: Request, given: GivenCommand): Promise<Answer> {
  const snapshot = await readSnapshot(
    options,
    {
      ...wantListing,
      commandLines: 'all',
      holders: false,
      workloads: mayBeWorkload(word),
    },
    given,
  );
  const index = new SnapshotIndex(snapshot);
  const processes = word === undefined ? snapshot.processes : findProcesses(word, index, options);
  const rows = buildProcessTree(index, {
    processes,
    foldKernelThreads: !options.all && !options.json,
    ...(width === undefined ? {} : { deepestIndent: Math.max(fewestLevels, Math.floor(width / columnsForEachLevel)) }),
  });
  return { snapshot, rows: rows.map((row) => ({ ...row, border: chooseTypes(row.border, types) })) };
}

function report({ snapshot, rows }: Answer, { width, options }: Request): number {
  if (options.json) {
    const nodes = rows.map(({ process, depth, border }) => ({ ...process, depth, border }));
    writeLines(formatJsonObject({ processes: nodes, coverage: snapshot.coverage }));
  } else {
    writeLines(
      formatProcessTree(rows, {
        width,
        header: options.header !== false,
        palette: choosePalette(),
        users: snapshot.host.users,
      }),
    );
    noteCoverage(snapshot.coverage, options);
  }
  return rows.length === 0 ? 1 : 0;
}

/** Of a process all below it; of a namespace or a workload those in it. */
function findProcesses(word: string, index: SnapshotIndex, options: OptionValues): readonly Process[] {
  const target = findTarget(word, index, options);
  if (target.kind === 'process') return findSubtree(target.process, index);
  if (target.kind === 'workload') return target.workload.pids.flatMap((pid) => index.process(pid) ?? []);
  const { processes, threads } = findMembers(target.namespace, index);
  return [...processes, ...threads];
}
