// The lines of the classic listing: `PID Namespace Thread/Command`, the same widths as listns.py printed.
import type { ClassicRow } from '../../analysis/listing/classic-listing.ts';
import { formatNamespace } from '../../model/snapshot/namespace-types.ts';
import { escapeText } from '../words/escape.ts';

/** Characters of the last field that are kept. What is escaped is counted once: the cut is the script's own. */
const longestCommand = 60;

/** The header and a line for each row, without line ends, safe for a terminal. */
export function* formatClassicTable(rows: Iterable<ClassicRow>): Generator<string> {
  yield formatLine('PID', 'Namespace', 'Thread/Command');
  for (const row of rows) {
    const marked = row.pid !== null && row.netnsNames.length > 0 ? '**' : '';
    const command = row.docker ? `[docker] ${row.command}` : row.command;
    yield formatLine(
      row.pid === null ? '--' : String(row.pid),
      formatNamespace(row.type, row.inode) + marked,
      escapeText([...command].slice(0, longestCommand).join('').trimEnd()),
    );
  }
}

function formatLine(pid: string, namespace: string, command: string): string {
  return `${pid.padStart(10)}  ${namespace.padEnd(20)}  ${command}`;
}
