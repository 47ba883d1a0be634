// The default policy beside its page.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { defaultPolicy } from '../../../src/analysis/audit/default-policy.ts';

test('docs/audit.md has each rule of the default policy as it is, and no other.', () => {
  const rows = readFileSync('docs/audit.md', 'utf8').matchAll(
    /^\| ([a-z-]+) \| (note|warning|error) \| (.*) \| (.*) \|$/gm,
  );
  assert.deepEqual(
    [...rows].map(([, ...cells]) => cells),
    defaultPolicy.map(({ name, severity, message, controls = [] }) => [
      ...[name, severity, message],
      controls.join(', ') || 'none',
    ]),
  );
});
