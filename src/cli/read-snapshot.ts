// Where the snapshot of a reading verb comes from: this host, or --from a file.

import type { BpfProgram } from '../kernel/bpf-start.ts';
import type { Snapshot } from '../model/schema.ts';
import type { Wanted } from '../model/wanted.ts';
import type { GivenCommand, OptionValues } from './verb.ts';

/** @throws SnapshotError, NoProcError */
export async function readSnapshot(
  options: OptionValues,
  wanted: Wanted,
  given: Pick<GivenCommand, 'prepared'> = {},
): Promise<Snapshot> {
  if (typeof options.from === 'string') {
    const { loadSnapshot } = await import('./load-snapshot.ts');
    return loadSnapshot(options.from);
  }
  const { prepareBpf } = await import('../kernel/bpf.ts');
  if (wanted.bpf && options.bpf !== false) prepareBpf(listPrograms(wanted), given.prepared);
  const { collectNamespaces } = await import('../collect/collect-namespaces.ts');
  const snapshot = collectNamespaces({ ...wanted, ...(options.bpf === false ? { bpf: false } : {}) });
  if (!wanted.workloads) return snapshot;
  const { readWorkloads } = await import('./read-workloads.ts');
  return readWorkloads(snapshot);
}

/** What will surely be read: loading it goes on while the modules that read it are loaded. */
function listPrograms({ holders }: Wanted): readonly BpfProgram[] {
  return [
    'tasks',
    ...(holders === false ? [] : (['namespaces'] as const)),
    ...(holders === true ? (['files', 'superblocks'] as const) : []),
  ];
}
