// Lines of events stand under each other, whichever type a namespace has.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { namespaceTypes } from '../../../src/model/snapshot/namespace-types.ts';
import { eventColumns } from '../../../src/render/columns/event-columns.ts';

test('The column of namespaces has room for the longest of their names.', () => {
  const width = eventColumns.find(({ name }) => name === 'ns')?.width ?? 0;
  for (const type of namespaceTypes) assert.ok(`${type}:[4294967295]`.length <= width, type);
});
