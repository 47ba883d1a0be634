// Names, headers and types of the columns of every listing.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { findNamed } from '../../../src/analysis/listing/named-fields.ts';
import { findHolders } from '../../../src/analysis/release/find-holders.ts';
import { isKnown } from '../../../src/model/snapshot/known.ts';
import type { Column } from '../../../src/render/columns/columns.ts';
import { detectColumns } from '../../../src/render/columns/detect-columns.ts';
import { eventColumns } from '../../../src/render/columns/event-columns.ts';
import { holderColumns } from '../../../src/render/columns/holder-columns.ts';
import { namespaceColumns } from '../../../src/render/columns/namespace-columns.ts';
import { makeNamespaceRow } from '../../../src/render/columns/namespace-row.ts';
import { overviewColumns } from '../../../src/render/columns/overview-columns.ts';
import { processColumns } from '../../../src/render/columns/process-columns.ts';
import { workloadColumns } from '../../../src/render/columns/workload-columns.ts';
import { indexOf } from '../../container-host.ts';

const listings = {
  detectColumns,
  eventColumns,
  holderColumns,
  namespaceColumns,
  overviewColumns,
  processColumns,
  workloadColumns,
};

test('Name and header of a column lead to it, in upper and lower case.', () => {
  // The links of a process are headed as in /proc/PID/ns; a column of that name comes first.
  // What the overview shows below NAMESPACES are the types; whoever writes that means what he sees.
  const hidden = new Set(['cgroupns', 'pidns', 'userns', 'namespaces']);
  for (const [listing, columns] of Object.entries(listings))
    for (const column of columns as readonly Column<never>[]) {
      const { name, header } = column;
      for (const word of [name, name.toUpperCase(), name.toLowerCase(), header])
        if (word !== header || !hidden.has(name))
          assert.equal(findNamed(columns as readonly Column<never>[], word), column, `${listing}: ${word}`);
    }
  assert.equal(findNamed(holderColumns, 'RELEASE NOTE')?.name, 'releaseNote');
  assert.equal(findNamed(namespaceColumns, 'proc'), undefined);
});

const jsTypes = { int: ['number'], string: ['string'], bool: ['boolean'], list: ['object'], any: [] };

test('The values of a column are of the type that it says, or none.', () => {
  const index = indexOf();
  let compared = 0;
  const compare = <Row>(columns: readonly Column<Row>[], rows: readonly Row[]) => {
    assert.ok(rows.length > 0);
    for (const column of columns)
      for (const row of rows) {
        const cell = column.value(row);
        if (!isKnown(cell) || cell === null) continue;
        assert.ok((jsTypes[column.kind] as string[]).includes(typeof cell), `${column.name}: ${JSON.stringify(cell)}`);
        assert.equal(Array.isArray(cell), column.kind === 'list', column.name);
        compared++;
      }
  };
  const { namespaces, processes } = index.snapshot;
  compare(
    namespaceColumns,
    namespaces.map((namespace) => makeNamespaceRow(namespace, index)),
  );
  compare(
    processColumns,
    processes.map((process) => ({ process, index })),
  );
  compare(
    holderColumns,
    namespaces.flatMap((held) => findHolders(index, held, undefined).map((holder) => ({ held, holder }))),
  );
  assert.ok(compared > 300, `${compared} cells`);
});
