// What a test expects of a kernel file that is not as its man page has it.
import assert from 'node:assert/strict';
import { MalformedError } from '../../../src/parse/text/malformed.ts';

/** Asserts that `parse` throws a MalformedError that names these. */
export function assertMalformed(parse: () => unknown, file: string, line: number, field: string): void {
  assert.throws(parse, (error: unknown) => {
    assert.ok(error instanceof MalformedError, String(error));
    assert.deepEqual([error.file, error.line, error.field, error.code], [file, line, field, 'NSCOPE_MALFORMED']);
    assert.ok(error.message.startsWith(`${file}, line ${line}: cannot read ${field} in "`), error.message);
    return true;
  });
}
