// One JSON object whose arrays may be long, as lines made one at a time.
import { formatJson } from '../words/escape.ts';

/** `{"key": value, ...}` with each element of an array on a line of its own, and never all of it as one string. */
export function* formatJsonObject(object: Readonly<Record<string, unknown>>): Generator<string> {
  const entries = Object.entries(object);
  yield '{';
  for (let i = 0; i < entries.length; i++) {
    const [key, value] = entries[i] as [string, unknown];
    const end = i === entries.length - 1 ? '' : ',';
    const name = ` ${formatJson(key)}:`;
    if (!Array.isArray(value) || value.length === 0) {
      yield `${name} ${formatJson(value)}${end}`;
      continue;
    }
    yield `${name} [`;
    for (let j = 0; j < value.length; j++) yield `  ${formatJson(value[j])}${j === value.length - 1 ? '' : ','}`;
    yield ` ]${end}`;
  }
  yield '}';
}
