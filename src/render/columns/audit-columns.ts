// The columns of an audit: the fields of a workload, as a table shows them.
import { type AuditField, auditFields, matrixTypes, nameTypeField } from '../../analysis/audit/audit-fields.ts';
import type { WorkloadAudit } from '../../analysis/audit/audit-workloads.ts';
import { capabilityNames } from '../../model/names/capability-names.ts';
import { isKnown } from '../../model/snapshot/known.ts';
import { inferredMark } from '../words/inferred.ts';
import { formatWorkloads } from '../words/workload-names.ts';
import type { Column } from './columns.ts';

type AuditColumn = Column<WorkloadAudit>;

const looks: Readonly<Record<string, Partial<AuditColumn>>> = {
  workload: { cut: 'middle', least: 16, text: ({ workload }) => formatWorkloads([workload]) },
  id: { cut: 'end' },
  owner: { cut: 'end' },
  leader: { align: 'right' },
  processes: { align: 'right' },
  image: { cut: 'middle', least: 16 },
  pod: { cut: 'middle' },
  sharedWith: { cut: 'end' },
  capabilities: { yields: 5, text: countCapabilities },
  seccomp: { yields: 4 },
  noNewPrivs: { yields: 2 },
  proc: { yields: 3 },
  sys: { yields: 3 },
  ...Object.fromEntries(
    matrixTypes.map((type) => [
      nameTypeField(type),
      {
        ...(type === 'time' || type === 'cgroup' ? { yields: 1 } : {}),
        text: (audit: WorkloadAudit) => say(audit, type),
      },
    ]),
  ),
};

export const auditColumns: readonly AuditColumn[] = auditFields.map(
  (field: AuditField): AuditColumn => ({ ...field, ...looks[field.name] }),
);

function say({ places }: WorkloadAudit, type: (typeof matrixTypes)[number]): string {
  const { verdict, certainty } = places[type];
  if (!isKnown(verdict)) return '?';
  return `${certainty === 'likely' ? inferredMark : ''}${verdict}`;
}

/** How many it has: their names are too many for a table. */
function countCapabilities({ restrictions }: WorkloadAudit): string {
  if (!isKnown(restrictions)) return '?';
  const { length } = restrictions.effective;
  return length === 0 ? 'none' : length >= capabilityNames.length ? 'all' : String(length);
}
