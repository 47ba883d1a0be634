// nscope tree: the tree of processes, and where it crosses into other namespaces.
import { findMembers } from '../analysis/namespace-relations.ts';
import { buildProcessTree, findSubtree } from '../analysis/process-tree.ts';
import { SnapshotIndex } from '../analysis/snapshot-index.ts';
import type { Process } from '../model/schema.ts';
import { wantListing } from '../model/wanted.ts';
import { formatJsonObject } from '../render/json-lines.ts';
import { formatProcessTree } from '../render/process-tree-lines.ts';
import { noteCoverage } from './note-coverage.ts';
import { choosePalette, readTerminalWidth, writeLines } from './output.ts';
import { readSnapshot } from './read-snapshot.ts';
import { checkTargets, findTarget, mayBeWorkload } from './target.ts';
import type { GivenCommand, OptionValues } from './verb.ts';

/** A level takes two columns: at most half of the terminal is for branches. */
const columnsForEachLevel = 4;
const fewestLevels = 6;

export async function run([word]: readonly string[], options: OptionValues, given: GivenCommand): Promise<number> {
  checkTargets([word]);
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
  const width = options.wide ? undefined : readTerminalWidth();
  const rows = buildProcessTree(index, {
    processes,
    foldKernelThreads: !options.all && !options.json,
    ...(width === undefined ? {} : { deepestIndent: Math.max(fewestLevels, Math.floor(width / columnsForEachLevel)) }),
  });
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
    noteCoverage(snapshot.coverage);
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
