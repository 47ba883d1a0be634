// What the suite of hiding places found on each kernel, as one table: read from what its tests print in the guests.

/** How many of the types of each place were found, by place, then by "6.12 BPF" or "6.12". */
type Found = Map<string, Map<string, string>>;

/** @param outputs - what the tests printed, by kernel version */
export function formatCoverage(outputs: ReadonlyMap<string, string>): string {
  const found: Found = new Map();
  const columns = new Set<string>();
  for (const [version, output] of outputs) {
    let turn = 0;
    for (const line of output.split('\n')) {
      // The suite comes by with BPF first, then without.
      if (/^ℹ Linux \S+, sight: /.test(line)) columns.add(nameColumn(version, ++turn));
      const [, place, seen, unseen] = /^ℹ (\S+) +found (.*?)(?:; not seen (.*))?$/.exec(line) ?? [];
      if (place === undefined || seen === undefined || turn === 0) continue;
      const [some, missed] = [seen === 'none' ? '' : seen, unseen ?? ''].map(
        (text) => text.split(' ').filter(Boolean).length,
      );
      const row = found.get(place) ?? new Map<string, string>();
      found.set(place, row.set(nameColumn(version, turn), `${some}/${Number(some) + Number(missed)}`));
    }
  }
  const names = [...columns];
  const rows = [...found].map(([place, row]) => [place, ...names.map((name) => row.get(name) ?? '-')]);
  return alignColumns([['place', ...names], ...rows]);
}

function nameColumn(version: string, turn: number): string {
  return turn === 1 ? `${version} BPF` : version;
}

export function alignColumns(table: readonly (readonly string[])[]): string {
  const widths = table[0]?.map((_, column) => Math.max(...table.map((row) => row[column]?.length ?? 0))) ?? [];
  return table
    .map((row) =>
      row
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}
