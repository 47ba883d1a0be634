// nscope tree: the tree of processes, and where it crosses into other namespaces.
import { findMembers } from '../../analysis/graph/namespace-relations.ts';
import { buildProcessTree, findSubtree } from '../../analysis/graph/process-tree.ts';
import { SnapshotIndex } from '../../analysis/graph/snapshot-index.ts';
import type { Process } from '../../model/snapshot/schema.ts';
import { wantListing } from '../../model/snapshot/wanted.ts';
import { formatJsonObject } from '../../render/lines/json-lines.ts';
import { formatProcessTree } from '../../render/lines/process-tree-lines.ts';
import { readSnapshot } from '../reading/read-snapshot.ts';
import { checkTargets, findTarget, mayBeWorkload } from '../reading/target.ts';
import { noteCoverage } from '../screen/note-coverage.ts';
import { choosePalette, readTerminalWidth, writeLines } from '../screen/output.ts';
import type { OptionValues } from '../table/option-values.ts';
import type { GivenCommand } from '../table/verb.ts';

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
