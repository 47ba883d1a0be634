// Answers of nscope in JSON out of all that a guest printed.
import assert from 'node:assert/strict';

/** A command whose standard output readAnswer finds again. */
export function nameAnswer(name: string, command: string): string {
  return `echo; echo 'ANSWER ${name}'; ${command}; echo; echo 'END ${name}'`;
}

/** @throws AssertionError where the guest has no such answer, with all that it printed */
export function readAnswer(output: string, name: string): unknown {
  const [, text] = new RegExp(`^ANSWER ${name}$([\\s\\S]*)^END ${name}$`, 'm').exec(output) ?? [];
  const json = /^\{$[\s\S]*^\}$/m.exec(text ?? '')?.[0];
  assert.ok(json !== undefined, output);
  return JSON.parse(json);
}
