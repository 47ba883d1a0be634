// Namespaces that an engine pinned for a workload that is gone.
import { formatNamespace } from '../../model/snapshot/namespace-types.ts';
import type { Namespace } from '../../model/snapshot/schema.ts';
import { describeHolders, describeOrigin, measureAge } from '../findings/describe-namespace.ts';
import { type EnginePin, findEnginePins } from '../findings/engine-pins.ts';
import { readMoment } from '../findings/reused-pid.ts';
import type { Rule, RuleInput } from '../findings/rule.ts';
import { planUnpins } from '../findings/unpin.ts';
import { judgeVacancy } from '../graph/vacancy.ts';

/** Engines make and pin the namespace first, and then the network and the first process in it. */
const settledMs = 60_000;

export const workloadEndedPinned: Rule<'nameFiles'> = {
  code: 'workload-ended-pinned',
  severity: 'warning',
  title: 'namespaces that an engine pinned for a workload that has ended',
  means:
    'The engine did not clean up. The namespace stays until it is unmounted, with its links, and the addresses that were given to it stay taken.',
  needs: ['nameFiles', 'workloads'],
  find(input, report) {
    const changed = new Map(
      input.conditions.nameFiles.map(({ path, changedAt }) => [
        path.replace(/^\/var\/run\//, '/run/'),
        readMoment(changedAt),
      ]),
    );
    let unsure = 0;
    for (const namespace of input.snapshot.namespaces) {
      const pins = findEnginePins(namespace);
      if (pins.length === 0) continue;
      const vacancy = judgeVacancy(namespace, input.index);
      if (vacancy === 'inhabited') continue;
      const age = findAge(namespace, pins, changed, input.takenAtMs);
      if (age !== undefined && age < settledMs) continue;
      if (vacancy === 'not-known' || age === undefined) unsure++;
      else report.add(describe(namespace, pins, age, input));
    }
    if (unsure > 0)
      report.undecided(
        `${unsure} pinned namespaces without a visible process: that nothing runs in them, or since when they are there, is not known`,
      );
  },
};

/** The longest that a name or a descriptor shows. */
function findAge(
  namespace: Namespace,
  pins: readonly EnginePin[],
  changed: ReadonlyMap<string, number | undefined>,
  takenAtMs: number,
): number | undefined {
  const ages = pins.flatMap(({ path }) => {
    const changedMs = changed.get(path);
    return changedMs === undefined ? [] : [takenAtMs - changedMs];
  });
  const held = measureAge(namespace, takenAtMs);
  if (held !== undefined) ages.push(held);
  return ages.length > 0 ? Math.max(...ages) : undefined;
}

function describe(namespace: Namespace, pins: readonly EnginePin[], age: number, input: RuleInput<'nameFiles'>) {
  const { type, inode } = namespace;
  const [{ engine, mayWait, path } = { engine: '', mayWait: true, path: '' }] = pins;
  return {
    severity: mayWait ? ('note' as const) : ('warning' as const),
    subjects: [
      { kind: 'namespace' as const, type, inode },
      { kind: 'path' as const, path },
    ],
    says: `${formatNamespace(type, inode)} was pinned by ${engine} on ${path}, and nothing runs in it`,
    seen: [
      'it has no process, and no workload that was found has it',
      ...describeOrigin(namespace, input.index, age),
      ...describeHolders(namespace, input.index),
      ...(mayWait ? ['a pod that waits for its container to be started again looks the same'] : []),
    ],
    fixes: [
      {
        text: `let the engine remove what it still knows of the workload (${engine}); where it knows nothing, unpin it`,
      },
      ...planUnpins(pins, namespace, input.index),
    ],
  };
}
