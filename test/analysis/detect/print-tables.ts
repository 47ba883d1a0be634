// Prints the tables for docs/detect.md: node build/js/test/analysis/detect/print-tables.js
import { formatRecordedTables } from './recorded.ts';

for (const [heading, lines] of formatRecordedTables()) process.stdout.write(`${heading}\n\n${lines.join('\n')}\n\n`);
