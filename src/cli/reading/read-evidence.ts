// What commands that release holders are founded on: read of this host, and never of a snapshot from a file.
import type { SnapshotIndex } from '../../analysis/graph/snapshot-index.ts';
import { loadAddon } from '../../kernel/addon/addon.ts';
import type { ReleaseEvidence } from '../../model/evidence/release-evidence.ts';
import type { Namespace } from '../../model/snapshot/schema.ts';
import { listOwnCommand } from '../line/own-program.ts';
import type { OptionValues } from '../table/option-values.ts';

/**
 * @param pids - processes that are to end, whatever they hold
 * @param inodes - mount namespaces in which something is to be unmounted, whatever it holds
 * @returns undefined with --from: what a command would do there now, nobody knows
 */
export async function readEvidence(
  index: SnapshotIndex,
  namespaces: readonly Namespace[],
  options: OptionValues,
  pids: readonly number[] = [],
  inodes: readonly number[] = [],
): Promise<ReleaseEvidence | undefined> {
  if (options.from !== undefined || namespaces.length + pids.length + inodes.length === 0) return undefined;
  const { readReleaseEvidence } = await import('../../launch/namespaces/read-release-evidence.ts');
  // Without its addon nscope enters and unmounts nothing.
  return readReleaseEvidence(
    index,
    namespaces,
    'addon' in loadAddon() ? listOwnCommand() : undefined,
    options.bpf !== false,
    pids,
    inodes,
  );
}
