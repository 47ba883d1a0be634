// nscope show: all that is known of namespaces and processes.
import { findChildren, findMembers, findOwned, findOwners } from '../analysis/namespace-relations.ts';
import { translatePid } from '../analysis/pid-translation.ts';
import { findAncestors, findPlacements } from '../analysis/process-placement.ts';
import { SnapshotIndex } from '../analysis/snapshot-index.ts';
import type { Target } from '../analysis/target-error.ts';
import type { Namespace, Process } from '../model/schema.ts';
import { wantEverything } from '../model/wanted.ts';
import { formatJsonObject } from '../render/json-lines.ts';
import { describeNamespacePage } from '../render/show-namespace.ts';
import { formatPage } from '../render/show-page.ts';
import { describeProcessPage } from '../render/show-process.ts';
import { noteCoverage } from './note-coverage.ts';
import { choosePalette, readTerminalWidth, writeLines } from './output.ts';
import { readSnapshot } from './read-snapshot.ts';
import { checkTargets, findTarget } from './target.ts';
import type { OptionValues } from './verb.ts';

export async function run(words: readonly string[], options: OptionValues): Promise<number> {
  checkTargets(words);
  const snapshot = await readSnapshot(options, wantEverything);
  const index = new SnapshotIndex(snapshot);
  const targets = words.map((word) => findTarget(word, index, options));
  if (options.json) {
    const namespaces = targets.flatMap((target) => (target.kind === 'namespace' ? [target.namespace] : []));
    const processes = targets.flatMap((target) => (target.kind === 'process' ? [target.process] : []));
    writeLines(
      formatJsonObject({
        ...(namespaces.length > 0 ? { namespaces: namespaces.map((one) => toJsonNamespace(one, index)) } : {}),
        ...(processes.length > 0 ? { processes: processes.map((one) => toJsonProcess(one, index)) } : {}),
        coverage: snapshot.coverage,
      }),
    );
    return 0;
  }
  targets.forEach((target, i) => {
    if (i > 0) writeLines(['']);
    writeTarget(target, index);
  });
  noteCoverage(snapshot.coverage);
  return 0;
}

function writeTarget(target: Target, index: SnapshotIndex): void {
  const page =
    target.kind === 'namespace'
      ? describeNamespacePage(target.namespace, index)
      : describeProcessPage(target.process, index);
  writeLines(formatPage(page, { width: readTerminalWidth(), palette: choosePalette() }));
}

/** The namespace as the snapshot has it, and what is around it: inode numbers of namespaces, PIDs of tasks. */
function toJsonNamespace(namespace: Namespace, index: SnapshotIndex): object {
  const { processes, threads, forChildren } = findMembers(namespace, index);
  return {
    ...namespace,
    owners: findOwners(namespace, index).namespaces.map(({ inode }) => inode),
    owned: findOwned(namespace, index).map(({ type, inode }) => ({ type, inode })),
    children: findChildren(namespace, index).map(({ inode }) => inode),
    members: {
      processes: processes.map(({ pid }) => pid),
      threads: threads.map(({ tid }) => tid),
      forChildren: forChildren.map(({ tid }) => tid),
    },
  };
}

function toJsonProcess(process: Process, index: SnapshotIndex): object {
  return {
    ...process,
    ancestors: findAncestors(process, index).map(({ tid }) => tid),
    pidsInNamespaces: translatePid(process, index),
    placements: findPlacements(process, index),
  };
}
