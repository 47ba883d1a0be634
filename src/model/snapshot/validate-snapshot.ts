// Whether something is a snapshot. Validates against the published schema, and says where it is not.
import { Compile, type Validator } from 'typebox/compile';
import { type Snapshot, snapshotSchema } from './schema.ts';
import { snapshotVersion } from './schema-version.ts';

/** What was given is no snapshot, or not one of this version. `where` is a JSON pointer. */
export class SnapshotError extends Error {
  override readonly name = 'SnapshotError';
  readonly code = 'NSCOPE_SNAPSHOT';
  readonly where: string;

  constructor(message: string, where: string, cause?: unknown) {
    super(message, { cause });
    this.where = where;
  }
}

/** Compiled when first used: that takes longer than a check. */
let validator: Validator | undefined;

/**
 * Checks that a value is a snapshot of the schema that this version reads.
 * @param value - what JSON.parse gave
 * @throws SnapshotError naming the place that is wrong and what was expected there
 */
export function validateSnapshot(value: unknown): Snapshot {
  if (typeof value !== 'object' || value === null || Array.isArray(value) || !('schema' in value))
    throw new SnapshotError('it is not a snapshot: an object with the key "schema" was expected', '');
  if (value.schema !== snapshotVersion) {
    const found = JSON.stringify(value.schema) ?? 'nothing';
    throw new SnapshotError(`its schema is ${found}; this nscope reads "${snapshotVersion}"`, '/schema');
  }
  validator ??= Compile(snapshotSchema);
  if (validator.Check(value)) return value as Snapshot;
  const errors = [...validator.Errors(value)];
  // The deepest place is the telling one: of a union every branch complains, the outer ones least precisely.
  const deepest = errors.reduce(
    (a, b) => (depth(b.instancePath) > depth(a.instancePath) ? b : a),
    errors[0] ?? nowhere,
  );
  const problem = deepest.message === 'schema is false' ? 'is not known to the schema' : deepest.message;
  throw new SnapshotError(
    `it is not a valid snapshot: ${deepest.instancePath || '/'} ${problem}`,
    deepest.instancePath,
  );
}

const nowhere = { instancePath: '', message: 'does not match the schema' };

function depth(pointer: string): number {
  return pointer.split('/').length;
}
